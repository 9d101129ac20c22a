// A language model that sees (slide "Multimodal Vision Language Models"): a vision tower, a connector and an `Llm`.

import { CONNECTORS } from "../nn/connector.js";
import { Llm } from "./llm.js";
import { VisionTower } from "./vision_tower.js";

export class Vlm {
  constructor(weights, config) {
    this.config = { ...config, max_length: config.text.max_length };
    this.vision = new VisionTower(weights.at("vision"), config.vision);
    this.connector = new CONNECTORS[config.connector.kind](weights.at("connector.layers"));
    this.text = new Llm(weights.at("text"), config.text);
  }

  // The visual tokens of a picture.
  see(pixels) {
    const features = this.vision.features(pixels, this.config.vision_layer);
    const visual = this.connector.forward(features);
    this.seen = { features, visual };
    return visual;
  }

  // What the language model reads: embeddings, and visual tokens in the places of placeholders.
  embed(tokens, visual) {
    const words = this.text.embedding.forward(tokens);
    let shown = 0;
    return words.map((word, i) => (tokens[i] === this.config.image_id ? visual[shown++] : word));
  }

  // The logits of the token after each token.
  forward(tokens, visual) {
    return this.text.logits(this.text.norm.forward(this.text.read(this.embed(tokens, visual))));
  }

  // A cache for what is said about a picture.
  new_cache(visual) {
    return Object.assign(this.text.new_cache(), { memory: visual });
  }

  // A placeholder is never said.
  next_logits(tokens, cache) {
    const x = this.text.read(this.embed(tokens, cache.memory), cache);
    const [logits] = this.text.logits(this.text.norm.forward(x.slice(-1)));
    logits[this.config.image_id] = -Infinity;
    return logits;
  }
}
