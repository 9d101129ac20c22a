// A feed-forward network whose hidden layer is switched on and off by a gate: down(silu(gate(x)) * up(x)).

import { Linear } from "./linear.js";

export class GatedFeedForward {
  constructor(weights, activation) {
    for (const name of ["gate_proj", "up_proj", "down_proj"]) this[name] = new Linear(weights.at(name));
    this.activation = activation;
  }

  forward(x) {
    const [gates, values] = [this.gate_proj.forward(x), this.up_proj.forward(x)];
    const hidden = gates.map((row, t) => row.map((gate, i) => this.activation(gate) * values[t][i]));
    this.seen = { hidden };
    return this.down_proj.forward(hidden);
  }
}
