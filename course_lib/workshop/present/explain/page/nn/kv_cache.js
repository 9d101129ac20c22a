// Keys and values that are computed once and kept (slide "KV Caching"), for one attention layer; K heads, each a list
// with a vector for each position.

export class KVCache {
  constructor(window_size = Infinity) {
    Object.assign(this, { window_size, keys: [], values: [] });
  }

  // Append new keys and values, and return all that their queries may look at; those that have left the window go.
  update(keys, values) {
    const all = { keys: joined(this.keys, keys), values: joined(this.values, values) };
    this.keys = all.keys.map((head) => this.newest(head));
    this.values = all.values.map((head) => this.newest(head));
    return all;
  }

  newest(head) {
    return head.slice(Math.max(0, head.length - this.window_size));
  }

  copy() {
    return Object.assign(new KVCache(this.window_size), { keys: this.keys, values: this.values });
  }
}

function joined(before, after) {
  return after.map((head, h) => [...(before[h] ?? []), ...head]);
}
