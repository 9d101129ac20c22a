// One layer of the encoder, in six steps (slide "Encoder Layer"). Vision towers choose another `activation` than ReLU.

import { AddNorm } from "./add_norm.js";
import { MultiHeadAttention } from "./attention.js";
import { FeedForward } from "./feed_forward.js";
import { LayerNorm } from "./layer_norm.js";

export class EncoderLayer {
  constructor(weights, { num_heads, norm_first, activation, norm_eps }) {
    const add_norm = (name) => new AddNorm(new LayerNorm(weights.at(name), norm_eps), norm_first);
    this.self_attention = new MultiHeadAttention(weights.at("self_attention"), num_heads);
    this.self_attention_add_norm = add_norm("self_attention_norm");
    this.feed_forward = new FeedForward(weights.at("feed_forward"), activation);
    this.feed_forward_add_norm = add_norm("feed_forward_norm");
  }

  forward(x) {
    x = this.self_attention_add_norm.forward(x, (x) => this.self_attention.forward(x));
    return this.feed_forward_add_norm.forward(x, (x) => this.feed_forward.forward(x));
  }
}
