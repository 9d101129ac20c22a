// What the boxes of a decoder see, a word at a time: with a cache only the new word runs through them, and what they saw
// of it stands behind what they saw of those before.

import { attention_scores } from "../nn/attention.js";
import { interval } from "../nn/vectors.js";

// Let a stack of layers read on, and give what `read` gives.
export function longer(stack, read) {
  const boxes = [stack, ...stack.layers.flatMap((layer) => Object.values(layer))].filter(({ seen }) => seen);
  const before = boxes.map(({ seen }) => seen);
  const result = read();
  boxes.forEach((box, i) => {
    if (box.seen === before[i]) return; // its layer is off
    box.seen = box.seen.weights ? longer_attention(box, before[i]) : longer_record(before[i], box.seen);
  });
  return result;
}

function longer_record(before, now) {
  return Object.fromEntries(Object.entries(now).map(([name, rows]) => [name, rows && appended(before[name], rows)]));
}

// Sequences, or lists of them, one for each head or layer.
function appended(before, now) {
  return typeof now[0][0] === "object" ? now.map((part, i) => appended(before[i], part)) : [...before, ...now];
}

// All queries over all keys: those that a query can't see have scores, too, which the mask hides.
function longer_attention({ seen, cap }, before) {
  const { q, scores, weights, gathered, mask } = longer_record(before, seen);
  if (!mask) return { ...seen, q, scores, weights, gathered };
  const [k, v] = ["k", "v"].map((name) => all_keys(before[name], seen[name], mask.length));
  const wide = (rows, unseen) => squared(rows, before.mask.length, unseen);
  const score = (h) => (t, s) => attention_scores([q[h][t]], [k[h][s]], cap)[0][0];
  return {
    q, k, v, gathered,
    scores: scores.map((rows, h) => wide(rows, score(h))),
    mask: wide(mask, () => false),
    weights: weights.map((rows) => wide(rows, () => 0)),
  };
}

// A cache hands on the last keys only, where a layer has a window.
function all_keys(before, held, count) {
  return held.map((head, h) => [...before[h].slice(0, count - head.length), ...head]);
}

// As many columns as rows: an `old` row lacks the keys that came later, a new one those that have left the window.
function squared(rows, old, unseen) {
  const columns = interval(0, rows.length);
  return rows.map((row, t) => {
    const first = t < old ? 0 : rows.length - row.length;
    return columns.map((s) => row[s - first] ?? unseen(t, s));
  });
}
