// Follow the best few outputs at each step instead of one (Sutskever et al. 2014, section 3.2).

import { softmax } from "../nn/vectors.js";
import { ranked } from "./sampling.js";

// An output and what it may become: a node of the tree that the search grows. `score` is its log-probability.
class Candidate {
  constructor(parent, id, score, cache) {
    Object.assign(this, { parent, id, score, cache, ids: parent ? [...parent.ids, id] : [], has_ended: false });
  }
}

// One level of the tree at a time: all candidates that were looked at, best first. `is_kept` says which the search goes
// on with; those that have ended are outputs, with `mean`, the score over length ** `length_penalty`.
export function* beam_search(model, cache, start, end_id, beam_size, max_length, length_penalty = 1) {
  let beam = [new Candidate(null, start, 0, cache)];
  for (let found = 0, length = 1; length < max_length && found < beam_size; length++) {
    const level = extend(model, beam, beam_size);
    level.slice(0, beam_size).filter(({ id }) => id === end_id).forEach((candidate) => {
      Object.assign(candidate, { has_ended: true, mean: candidate.score / length ** length_penalty });
      found++;
    });
    beam = level.filter(({ id }) => id !== end_id).slice(0, beam_size);
    beam.forEach((candidate) => (candidate.cache = candidate.parent.cache.copy()));
    level.forEach((candidate) => (candidate.is_kept = found < beam_size && beam.includes(candidate)));
    yield level;
  }
}

// The 2 · beam_size best one-token extensions: enough to go on with `beam_size` even if as many end here.
function extend(model, beam, beam_size) {
  const all = beam.flatMap((candidate) => {
    const p = softmax(Float64Array.from(model.next_logits([candidate.id], candidate.cache)));
    const best = ranked(p).slice(0, 2 * beam_size);
    return best.map((id) => new Candidate(candidate, id, candidate.score + Math.log(p[id]), null));
  });
  return all.sort((a, b) => b.score - a.score).slice(0, 2 * beam_size);
}

// The best of the outputs in these levels; an unfinished one where none has ended.
export function best_output(levels) {
  const ended = levels.flat().filter(({ has_ended }) => has_ended);
  if (!ended.length) return levels.at(-1)[0].ids;
  return ended.reduce((best, one) => (one.mean > best.mean ? one : best)).ids.slice(0, -1);
}
