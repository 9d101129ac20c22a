// Where a token stands, as a vector to be added to its embedding (slide "Encoder", steps 2 and 3).

import { interval } from "./vectors.js";

// Fixed waves, from one turn per 2π tokens down to one per 10,000 · 2π.
export class SinusoidalPositions {
  constructor(d_model) {
    this.d_model = d_model;
  }

  forward(positions) {
    return positions.map((position) => Float32Array.from(interval(0, this.d_model), (i) => {
      const angle = position * 10_000 ** (-(i - (i % 2)) / this.d_model);
      return i % 2 ? Math.cos(angle) : Math.sin(angle);
    }));
  }
}

// A trained vector for each position.
export class LearnedPositions {
  constructor(weights) {
    this.table = weights.matrix("table");
  }

  forward(positions) {
    return positions.map((position) => this.table[position]);
  }
}
