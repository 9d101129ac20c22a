// Pictures to vectors: patches through the layers of an encoder (slide "Vision Transformers Basics"). A layer whose number
// is in `off` is left out: it hands on what it gets.

import { ACTIVATIONS } from "../nn/activations.js";
import { EncoderLayer } from "../nn/encoder_layer.js";
import { LayerNorm } from "../nn/layer_norm.js";
import { PatchEmbedding } from "../nn/patches.js";
import { LearnedPositions } from "../nn/positions.js";
import { add, identity, interval } from "../nn/vectors.js";

// Patches, a class token where the config has one, positions, and the encoder layers.
export class VisionTower {
  constructor(weights, config) {
    const chosen = { ...config, norm_first: true, activation: ACTIVATIONS[config.activation] };
    const norm = (name) => new LayerNorm(weights.at(name), config.norm_eps);
    this.patches = new PatchEmbedding(weights.at("patches"), config.patch_size);
    this.class_token = config.pooling === "class" ? [weights.vector("class_token")] : [];
    this.positions = new LearnedPositions(weights.at("positions"));
    this.input_norm = config.input_norm ? norm("input_norm") : { forward: identity };
    this.layers = interval(0, config.num_layers).map((i) => new EncoderLayer(weights.at(`layers.${i}`), chosen));
    this.off = new Set();
  }

  // What the first layer reads of a picture.
  embed(pixels) {
    const embedded = [...this.class_token, ...this.patches.forward(pixels)];
    const positions = this.positions.forward(interval(0, embedded.length));
    const x = this.input_norm.forward(add(embedded, positions));
    this.seen = { embedded, positions, x, layers: [] };
    return x;
  }

  // One vector for each patch. `layer` counts the hidden states: 0 is what the first layer reads, -1 is what the last
  // gives. Layers behind it do not run.
  features(pixels, layer = -2) {
    let x = this.embed(pixels);
    this.layers.slice(0, this.depth(layer)).forEach((encoder_layer, i) => {
      if (!this.off.has(i)) x = encoder_layer.forward(x);
      this.seen.layers.push(x);
    });
    return x.slice(this.class_token.length);
  }

  // How many layers run for this hidden state.
  depth(layer) {
    return layer < 0 ? this.layers.length + 1 + layer : layer;
  }
}
