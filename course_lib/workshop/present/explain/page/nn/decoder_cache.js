// What a decoder keeps of the tokens that it has read, over all its layers (slide "KV Caching"); in a translator also
// the keys and values that each layer makes of the memory, once.

import { KVCache } from "./kv_cache.js";

export class DecoderCache {
  constructor(window_sizes, memory = null) {
    Object.assign(this, { layers: window_sizes.map((size) => new KVCache(size ?? Infinity)), memory, length: 0 });
  }

  // A cache that goes on from the same text by itself: beam search follows several outputs.
  copy() {
    const layers = this.layers.map((layer) => layer.copy());
    return Object.assign(new DecoderCache([], this.memory), { layers, length: this.length });
  }
}
