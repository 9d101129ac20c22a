// Where one weight comes from, by the formula: softmax over the keys of (query · key) / sqrt(E).

import { decimals } from "./words.js";

export function explain(map, layer, head, { row, column }) {
  const { vectors } = map;
  const query = vectors.query(layer, head, row);
  const keys = map.columns.map((_, index) => vectors.key(layer, head, index));
  const scores = keys.map((key) => dot(query, key) / Math.sqrt(vectors.size));
  // A weight of exactly 0 is what a mask leaves behind: such a key takes no part in the softmax.
  const isMasked = keys.map((_, index) => map.weight(layer, head, row, index) === 0);
  const exponentials = scores.map((score, index) => (isMasked[index] ? 0 : Math.exp(score)));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return {
    query,
    key: keys[column],
    products: query.map((value, index) => value * keys[column][index]),
    scores,
    isMasked,
    exponentials,
    total,
    weights: exponentials.map((value) => (total ? value / total : 0)),
  };
}

function dot(a, b) {
  return a.reduce((sum, value, index) => sum + value * b[index], 0);
}

// Exponentials may be tiny or huge: three digits each, and powers of ten only where needed.
export function threeDigits(number) {
  const isHandy = number === 0 || (number >= 0.001 && number < 100000);
  return isHandy ? decimals(number, 3) : number.toExponential(2);
}
