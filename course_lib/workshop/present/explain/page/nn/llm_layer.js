// One layer of a modern decoder (slide "Beyond Plain Transformers"): a normalization before each block, and in some
// models also behind it.

import { ACTIVATIONS } from "./activations.js";
import { AddNorm } from "./add_norm.js";
import { MultiHeadAttention } from "./attention.js";
import { GatedFeedForward } from "./gated_feed_forward.js";
import { RMSNorm } from "./rms_norm.js";
import { identity } from "./vectors.js";

export class LlmLayer {
  constructor(weights, config) {
    const norm = (name) => new RMSNorm(weights.at(name), config.eps);
    const post_norm = (name) => (config.post_norms ? norm(name) : { forward: identity });
    this.self_attention = new MultiHeadAttention(weights.at("self_attention"), config.num_heads, config.num_kv_heads);
    this.self_attention.cap = config.score_cap;
    if (config.qk_norm) {
      for (const name of ["q_norm", "k_norm"]) this.self_attention[name] = norm(`self_attention.${name}`);
    }
    this.self_attention_add_norm = new AddNorm(norm("self_attention_norm"), true);
    this.self_attention_post_norm = post_norm("self_attention_post_norm");
    this.feed_forward = new GatedFeedForward(weights.at("feed_forward"), ACTIVATIONS[config.activation]);
    this.feed_forward_add_norm = new AddNorm(norm("feed_forward_norm"), true);
    this.feed_forward_post_norm = post_norm("feed_forward_post_norm");
  }

  forward(x, rotate, mask, cache = null) {
    x = this.self_attention_add_norm.forward(x, (x) =>
      this.self_attention_post_norm.forward(this.self_attention.forward(x, { mask, cache, rotate })));
    return this.feed_forward_add_norm.forward(x, (x) =>
      this.feed_forward_post_norm.forward(this.feed_forward.forward(x)));
  }
}
