// The feed-forward network: each token on its own, D -> F -> D (slide "Encoder Layer", step 4).

import { relu } from "./activations.js";
import { Linear } from "./linear.js";

export class FeedForward {
  constructor(weights, activation = relu) {
    this.activation = activation;
    this.up_proj = new Linear(weights.at("up_proj"));
    this.down_proj = new Linear(weights.at("down_proj"));
  }

  forward(x) {
    const hidden = this.up_proj.forward(x).map((row) => row.map(this.activation));
    this.seen = { hidden };
    return this.down_proj.forward(hidden);
  }
}
