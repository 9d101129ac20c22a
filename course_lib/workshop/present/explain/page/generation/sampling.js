// One token at a time, each chosen from the model's distribution (greedy search is the choice of the likeliest).

import { interval, softmax } from "../nn/vectors.js";

export function likeliest(logits) {
  return logits.reduce((best, logit, id) => (logit > logits[best] ? id : best), 0);
}

// The ids, likeliest first.
export function ranked(logits) {
  return interval(0, logits.length).sort((a, b) => logits[b] - logits[a]);
}

// The distribution that is drawn from. `temperature` divides the logits; only the `top_k` likeliest may be chosen, and
// of them only those that together reach `top_p`.
export function probabilities(logits, { temperature = 1, top_k = null, top_p = null } = {}) {
  const scaled = Float32Array.from(logits, (logit) => logit / temperature);
  const order = ranked(scaled);
  if (top_k !== null) order.slice(top_k).forEach((id) => (scaled[id] = -Infinity));
  if (top_p !== null) {
    const p = softmax(scaled);
    let before = 0;
    for (const id of order) {
      if (before >= top_p) scaled[id] = -Infinity;
      before += p[id];
    }
  }
  return softmax(scaled);
}

// The id at a place between 0 and 1, where each id takes as much room as it has probability.
export function drawn(p, place) {
  let before = 0;
  const id = p.findIndex((share) => (before += share) > place);
  return id < 0 ? likeliest(p) : id;
}

// Extend a text until it ends: the new ids, without `end_id`, `max_new_tokens` at most.
export function* generate(model, cache, start, end_id, max_new_tokens, choose = likeliest) {
  for (let tokens = start, count = 0; count < max_new_tokens; count++) {
    const id = choose(model.next_logits(tokens, cache));
    if (id === end_id) return;
    yield id;
    tokens = [id];
  }
}
