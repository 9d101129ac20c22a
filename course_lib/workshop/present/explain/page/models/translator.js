// Encoder, decoder, and the translator made of both (slides "Encoder", "Decoder", "Translator (Encoder-Decoder)").
// A layer whose number is in `off` is left out: it hands on what it gets.

import { DecoderCache } from "../nn/decoder_cache.js";
import { DecoderLayer } from "../nn/decoder_layer.js";
import { TokenEmbedding } from "../nn/embedding.js";
import { EncoderLayer } from "../nn/encoder_layer.js";
import { LayerNorm } from "../nn/layer_norm.js";
import { Linear } from "../nn/linear.js";
import { SinusoidalPositions } from "../nn/positions.js";
import { add, identity, interval } from "../nn/vectors.js";
import { View } from "../nn/view.js";

// Embedding, positional encoding, addition, and N encoder layers (where the norm comes first, one last norm).
export class Encoder {
  constructor(weights, config) {
    this.embedding = new TokenEmbedding(weights.at("embedding"), Math.sqrt(config.d_model));
    this.positions = new SinusoidalPositions(config.d_model);
    const numbers = interval(0, config.num_encoder_layers);
    this.layers = numbers.map((i) => new EncoderLayer(weights.at(`layers.${i}`), config));
    this.norm = config.norm_first ? new LayerNorm(weights.at("norm")) : { forward: identity };
    this.off = new Set();
  }

  forward(source) {
    const [embedded, positions] = [this.embedding.forward(source), this.positions.forward(interval(0, source.length))];
    let x = add(embedded, positions);
    this.seen = { embedded, positions, x, layers: [] };
    this.layers.forEach((layer, i) => {
      if (!this.off.has(i)) x = layer.forward(x);
      this.seen.layers.push(x);
    });
    return this.norm.forward(x);
  }
}

// Embedding of the output so far, positional encoding, addition, N decoder layers, and the linear output layer; the
// softmax, the last box of the slide, comes in `generation`.
export class Decoder {
  constructor(weights, config) {
    this.embedding = new TokenEmbedding(weights.at("embedding"), Math.sqrt(config.d_model));
    this.positions = new SinusoidalPositions(config.d_model);
    const numbers = interval(0, config.num_decoder_layers);
    this.layers = numbers.map((i) => new DecoderLayer(weights.at(`layers.${i}`), config));
    this.norm = config.norm_first ? new LayerNorm(weights.at("norm")) : { forward: identity };
    this.output = new Linear(weights.at("output"));
    this.off = new Set();
  }

  // The logits of the token after each token of `target`; with a cache, only the part that it does not hold yet.
  forward(target, memory, cache = null) {
    const view = new View(target.length, cache);
    const [embedded, positions] = [this.embedding.forward(target), this.positions.forward(view.positions)];
    let x = add(embedded, positions);
    this.seen = { embedded, positions, x, layers: [] };
    this.layers.forEach((layer, i) => {
      if (!this.off.has(i)) x = layer.forward(x, cache ? cache.memory[i] : memory, view.mask(), view.layer_cache(i));
      this.seen.layers.push(x);
    });
    return this.output.forward(this.norm.forward(x));
  }
}

export class Translator {
  constructor(weights, config) {
    this.config = config;
    this.encoder = new Encoder(weights.at("encoder"), config);
    this.decoder = new Decoder(weights.at("decoder"), config);
  }

  forward(source, target) {
    return this.decoder.forward(target, this.encoder.forward(source));
  }

  // A cache for an output of `source`: it holds what the encoder makes of it, for each layer of the decoder.
  new_cache(source) {
    const memory = this.encoder.forward(source);
    const projected = this.decoder.layers.map((layer) => layer.cross_attention.keys_values(memory));
    return new DecoderCache(this.decoder.layers.map(() => null), projected);
  }

  next_logits(tokens, cache) {
    return this.decoder.forward(tokens, null, cache).at(-1);
  }
}
