// A picture as a sequence of vectors (slide "Vision Transformers Basics"). A picture is a list of channels, each a list
// of rows of pixels: C Y X.

import { Linear } from "./linear.js";
import { interval } from "./vectors.js";

// Cut a picture into squares, row by row, and flatten each: color by color, then row by row. What is left over at the
// right and the lower edge is dropped.
export function cut_into_patches(pixels, patch_size) {
  const [rows, columns] = [pixels[0], pixels[0][0]].map(({ length }) => Math.floor(length / patch_size));
  return interval(0, rows * columns).map((patch) => {
    const [top, left] = [Math.floor(patch / columns), patch % columns].map((place) => place * patch_size);
    const square = (channel) => channel.slice(top, top + patch_size).map((row) => row.slice(left, left + patch_size));
    return Float32Array.from(pixels.flatMap(square).flatMap((row) => Array.from(row)));
  });
}

// Each patch is flattened, and the same linear layer maps it to D.
export class PatchEmbedding {
  constructor(weights, patch_size) {
    Object.assign(this, { proj: new Linear(weights.at("proj")), patch_size });
  }

  forward(pixels) {
    const patches = cut_into_patches(pixels, this.patch_size);
    this.seen = { patches };
    return this.proj.forward(patches);
  }
}
