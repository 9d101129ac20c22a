// The modern decoder: RoPE, GQA, SWA, RMSNorm and gated feed-forward networks (slide "Beyond Plain Transformers").
// A layer whose number is in `off` is left out: it hands on what it gets.

import { DecoderCache } from "../nn/decoder_cache.js";
import { TokenEmbedding } from "../nn/embedding.js";
import { Linear } from "../nn/linear.js";
import { LlmLayer } from "../nn/llm_layer.js";
import { RMSNorm } from "../nn/rms_norm.js";
import { Rotary } from "../nn/rotary.js";
import { make_scaling } from "../nn/rotary_scaling.js";
import { softcap } from "../nn/softcap.js";
import { interval } from "../nn/vectors.js";
import { View } from "../nn/view.js";

export class Llm {
  constructor(weights, config) {
    const d_head = config.d_head ?? config.d_model / config.num_heads;
    this.config = config;
    this.embedding = new TokenEmbedding(weights.at("embedding"), config.embedding_scale);
    this.rotary = this.window_rotary = new Rotary(d_head, config.rope_base, make_scaling(config.rope_scaling));
    if (config.window_rope_base !== null) this.window_rotary = new Rotary(d_head, config.window_rope_base);
    this.layers = interval(0, config.num_layers).map((i) => new LlmLayer(weights.at(`layers.${i}`), config));
    this.norm = new RMSNorm(weights.at("norm"), config.eps);
    this.output = new Linear(weights.at("output"));
    this.off = new Set();
  }

  // The logits of the token after each token; with a cache, of those that it does not hold yet.
  forward(tokens, cache = null) {
    return this.logits(this.norm.forward(this.read(this.embedding.forward(tokens), cache)));
  }

  // What the layers make of vectors that stand for tokens.
  read(x, cache = null) {
    const view = new View(x.length, cache);
    this.seen = { x, layers: [] };
    this.layers.forEach((layer, i) => {
      const rotate = this.rotary_of(i).at(view.positions);
      const mask = view.mask(this.config.window_sizes[i]);
      if (!this.off.has(i)) x = layer.forward(x, rotate, mask, view.layer_cache(i));
      this.seen.layers.push(x);
    });
    return x;
  }

  // Layers with a window may turn by another base.
  rotary_of(i) {
    return this.config.window_sizes[i] === null ? this.rotary : this.window_rotary;
  }

  logits(x) {
    const { logit_cap } = this.config;
    const logits = this.output.forward(x);
    return logit_cap === null ? logits : logits.map((row) => softcap(row, logit_cap));
  }

  new_cache() {
    return new DecoderCache(this.config.window_sizes);
  }

  next_logits(tokens, cache = null) {
    const x = this.read(this.embedding.forward(tokens), cache);
    return this.logits(this.norm.forward(x.slice(-1)))[0];
  }
}
