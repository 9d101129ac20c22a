// A picture as the numbers that a model was made for.

import { interval } from "../nn/vectors.js";

// Bytes as a canvas has them, four for each pixel, become numbers around zero: C Y X.
export function normalize(bytes, width, { scale, mean, std }) {
  const height = bytes.length / 4 / width;
  const pixel = (c, y, x) => {
    const scaled = bytes[4 * (y * width + x) + c] * (scale ?? 1);
    return mean === null ? scaled : (scaled - mean[c]) / std[c];
  };
  return interval(0, 3).map((c) => interval(0, height).map((y) =>
    Float32Array.from(interval(0, width), (x) => pixel(c, y, x))));
}
