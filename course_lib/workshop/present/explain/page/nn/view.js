// What the tokens of one forward pass see: the only place that says who may attend to whom.

import { causal_mask, window_mask } from "./masks.js";
import { interval } from "./vectors.js";

export class View {
  // `count` new tokens, after those that the cache holds.
  constructor(count, cache = null) {
    const held = cache?.length ?? 0;
    Object.assign(this, { cache, held, positions: interval(held, held + count) });
    if (cache) cache.length += count;
  }

  layer_cache(layer) {
    return this.cache?.layers[layer] ?? null;
  }

  mask(window_size = null) {
    const first = Math.max(0, this.held - (window_size ?? Infinity));
    const k_positions = interval(first, this.held + this.positions.length);
    if (window_size === null) return causal_mask(this.positions, k_positions);
    return window_mask(this.positions, k_positions, window_size);
  }
}
