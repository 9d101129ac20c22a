// Who may attend to whom: a row of true (may) and false for each query (slide "Why masked multi-head attention").

// The key is not later than the query.
export function causal_mask(q_positions, k_positions = q_positions) {
  return q_positions.map((q) => k_positions.map((k) => k <= q));
}

// ... and among the last `window_size`, the query itself counted (slide "SWA").
export function window_mask(q_positions, k_positions, window_size) {
  return q_positions.map((q) => k_positions.map((k) => k <= q && k > q - window_size));
}
