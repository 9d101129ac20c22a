// Scaled dot-product attention, and the multi-head layer around it (slide "Multiple Attention Heads").

import { Linear } from "./linear.js";
import { softcap } from "./softcap.js";
import { dot, identity, softmax } from "./vectors.js";

// q kᵀ / √E: how well each query fits each key.
export function attention_scores(q, k, cap = null) {
  return q.map((query) => {
    const scores = Float32Array.from(k, (key) => dot(query, key) / Math.sqrt(query.length));
    return cap === null ? scores : softcap(scores, cap);
  });
}

// The softmax of what the mask lets through; a query that may attend to nothing gets zeros.
export function attention_weights(scores, mask = null) {
  return scores.map((row, t) => {
    const masked = mask ? row.map((score, s) => (mask[t][s] ? score : -Infinity)) : row;
    return masked.every((score) => score === -Infinity) ? row.map(() => 0) : softmax(masked);
  });
}

// What each query gathers: the mean of the values by its weights.
export function gather(weights, v) {
  return weights.map((row) => {
    const gathered = new Float32Array(v[0].length);
    row.forEach((weight, s) => v[s].forEach((value, i) => (gathered[i] += weight * value)));
    return gathered;
  });
}

// T D -> H T E: cut each vector into heads.
export function split_heads(x, num_heads) {
  const d_head = x[0].length / num_heads;
  return Array.from({ length: num_heads }, (_, h) => x.map((row) => row.subarray(h * d_head, (h + 1) * d_head)));
}

// The way back: concatenate the heads.
export function merge_heads(heads) {
  return heads[0].map((_, t) => Float32Array.from(heads.flatMap((head) => Array.from(head[t]))));
}

// Four parts: linear layers, attention per head, concatenation, final linear. What may be exchanged: `q_norm` and
// `k_norm`, `cap`; and `off`, the heads that hand over zeros. `seen` keeps what came about.
export class MultiHeadAttention {
  constructor(weights, num_heads, num_kv_heads = num_heads) {
    Object.assign(this, { num_heads, num_kv_heads, cap: null, off: new Set() });
    for (const name of ["q_proj", "k_proj", "v_proj", "o_proj"]) this[name] = new Linear(weights.at(name));
    this.q_norm = this.k_norm = { forward: identity };
  }

  // `source`: where keys and values come from, or the keys and values themselves; default: x.
  forward(x, { source = x, mask = null, cache = null, rotate = identity } = {}) {
    const q = split_heads(this.q_proj.forward(x), this.num_heads).map((head) => rotate(this.q_norm.forward(head)));
    const fresh = this.keys_values(source, rotate);
    const { keys, values } = cache ? cache.update(fresh.keys, fresh.values) : fresh;
    const [k, v] = [this.shared(keys), this.shared(values)];
    const scores = q.map((head, h) => attention_scores(head, k[h], this.cap));
    const weights = scores.map((head) => attention_weights(head, mask));
    const gathered = weights.map((head, h) => this.handed_over(h, gather(head, v[h])));
    this.seen = { q, k, v, scores, mask, weights, gathered };
    return this.o_proj.forward(merge_heads(gathered));
  }

  keys_values(source, rotate = identity) {
    if (!Array.isArray(source)) return source;
    const heads = (proj) => split_heads(proj.forward(source), this.num_kv_heads);
    return { keys: heads(this.k_proj).map((head) => rotate(this.k_norm.forward(head))), values: heads(this.v_proj) };
  }

  // Each key-value head serves H / K query heads (slide "Grouped-Query Attention").
  shared(heads) {
    const group = this.num_heads / this.num_kv_heads;
    return Array.from({ length: this.num_heads }, (_, h) => heads[Math.floor(h / group)]);
  }

  handed_over(head, gathered) {
    return this.off.has(head) ? gathered.map((row) => row.map(() => 0)) : gathered;
  }
}
