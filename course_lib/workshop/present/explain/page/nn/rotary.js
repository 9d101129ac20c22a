// Where a token stands, as an angle (slides "Rotary Position Embedding (RoPE)" and "NoPE + RoPE"): the pairs (x0, x1),
// (x2, x3), ... of a query or key are turned, pair i by m θ_i at position m, where θ_i = base^(-2i/E).

import { interval } from "./vectors.js";

export class Rotary {
  constructor(d_head, base, scaling = null) {
    this.frequencies = interval(0, d_head / 2).map((i) => base ** ((-2 * i) / d_head));
    this.scaling = scaling;
  }

  // The angle of each pair at each of these absolute positions.
  angles(positions) {
    const frequencies = this.scaling ? this.scaling.scaled(this.frequencies, positions) : this.frequencies;
    return positions.map((position) => frequencies.map((frequency) => position * frequency));
  }

  // The rotation at these positions: it turns a list of vectors, one at each position.
  at(positions) {
    const [angles, magnitude] = [this.angles(positions), this.scaling?.magnitude ?? 1];
    return (x) => x.map((row, t) => turned(row, angles[t], magnitude));
  }
}

export function turned(row, angles, magnitude = 1) {
  const result = new Float32Array(row.length);
  angles.forEach((angle, i) => {
    const [cos, sin] = [Math.cos(angle) * magnitude, Math.sin(angle) * magnitude];
    result[2 * i] = cos * row[2 * i] - sin * row[2 * i + 1];
    result[2 * i + 1] = sin * row[2 * i] + cos * row[2 * i + 1];
  });
  return result;
}
