// Normalization without a mean: each vector is divided by its root mean square (Zhang and Sennrich 2019, section 4).

import { dot } from "./vectors.js";

export class RMSNorm {
  constructor(weights, eps) {
    Object.assign(this, { weight: weights.vector("weight"), eps });
  }

  forward(x) {
    return x.map((row) => {
      const scale = 1 / Math.sqrt(dot(row, row) / row.length + this.eps);
      return row.map((value, i) => this.weight[i] * value * scale);
    });
  }
}
