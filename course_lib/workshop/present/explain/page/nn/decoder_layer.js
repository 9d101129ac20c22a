// One layer of the decoder, in nine steps (slide "Decoder Layer"): in the cross-attention, keys and values come from
// the memory, which the encoder has made, and queries from the decoder.

import { AddNorm } from "./add_norm.js";
import { MultiHeadAttention } from "./attention.js";
import { FeedForward } from "./feed_forward.js";
import { LayerNorm } from "./layer_norm.js";

export class DecoderLayer {
  constructor(weights, { num_heads, norm_first }) {
    const add_norm = (name) => new AddNorm(new LayerNorm(weights.at(name)), norm_first);
    this.self_attention = new MultiHeadAttention(weights.at("self_attention"), num_heads);
    this.self_attention_add_norm = add_norm("self_attention_norm");
    this.cross_attention = new MultiHeadAttention(weights.at("cross_attention"), num_heads);
    this.cross_attention_add_norm = add_norm("cross_attention_norm");
    this.feed_forward = new FeedForward(weights.at("feed_forward"));
    this.feed_forward_add_norm = add_norm("feed_forward_norm");
  }

  // `memory`: what the encoder has made, or the keys and values that `cross_attention` has made of it.
  forward(x, memory, mask, cache = null) {
    x = this.self_attention_add_norm.forward(x, (x) => this.self_attention.forward(x, { mask, cache }));
    x = this.cross_attention_add_norm.forward(x, (x) => this.cross_attention.forward(x, { source: memory }));
    return this.feed_forward_add_norm.forward(x, (x) => this.feed_forward.forward(x));
  }
}
