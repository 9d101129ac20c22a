// From what a vision tower makes of a picture to what a language model reads: visual tokens (slide "Multimodal Vision
// Language Models", step 2).

import { ACTIVATIONS } from "./activations.js";
import { Linear } from "./linear.js";
import { interval } from "./vectors.js";

// One linear layer, the same for every patch.
export class LinearConnector {
  constructor(weights) {
    this.proj = new Linear(weights.at("proj"));
  }

  forward(features) {
    return this.proj.forward(features);
  }
}

// Two linear layers with GELU between them.
export class MlpConnector {
  constructor(weights) {
    for (const name of ["up_proj", "down_proj"]) this[name] = new Linear(weights.at(name));
  }

  forward(features) {
    return this.down_proj.forward(this.up_proj.forward(features).map((row) => row.map(ACTIVATIONS.gelu)));
  }
}

// Neighboring patches become one longer vector first, so that pictures take a quarter of the tokens.
export class PixelShuffleConnector extends MlpConnector {
  forward(features) {
    return super.forward(merge_neighbors(features));
  }
}

// Join squares of 2 x 2 patches, from left to right, row by row.
export function merge_neighbors(features) {
  const side = Math.sqrt(features.length);
  return interval(0, features.length / 4).map((square) => {
    const first = 2 * side * Math.floor(square / (side / 2)) + 2 * (square % (side / 2));
    const joined = [first, first + 1, first + side, first + side + 1].map((patch) => Array.from(features[patch]));
    return Float32Array.from(joined.flat());
  });
}

export const CONNECTORS = { linear: LinearConnector, mlp: MlpConnector, "pixel shuffle": PixelShuffleConnector };
