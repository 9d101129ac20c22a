// Scores and logits that cannot run away: cap · tanh(x / cap) (Gemma 2).

export function softcap(vector, cap) {
  return vector.map((value) => cap * Math.tanh(value / cap));
}
