// Each vector x becomes W x + b: torch.nn.Linear.

import { dot } from "./vectors.js";

export class Linear {
  constructor(weights) {
    this.weight = weights.matrix("weight"); // one row for each number that comes out
    this.bias = weights.has("bias") ? weights.vector("bias") : new Float32Array(this.weight.length);
  }

  forward(x) {
    return x.map((row) => this.bias.map((bias, i) => bias + dot(this.weight[i], row)));
  }
}
