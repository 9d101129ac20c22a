// One head's weights as a picture: a pixel per pair of tokens, in the color of the head.

import { element, range } from "./elements.js";
import { MANY_TOKENS } from "./token_list.js";

// The eye should tell 0.01 from 0 as well as 1 from 0.8: opacity goes with the square root of the weight.
export function opacity(weight) {
  return Math.sqrt(weight);
}

export function paint(canvas, map, { layer, head }, color) {
  const [height, width] = [map.rows.length, map.columns.length];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  for (const place of range(height * width)) {
    const weight = map.weight(layer, head, Math.floor(place / width), place % width);
    pixels.data.set([...color, Math.round(255 * opacity(weight))], 4 * place);
  }
  context.putImageData(pixels, 0, 0);
  canvas.classList.toggle("fine", Math.max(width, height) > MANY_TOKENS);
  return canvas;
}

// What each shade means, from no weight to all of it.
export function legend(head) {
  const steps = [0, 0.05, 0.25, 0.5, 1].map((weight) =>
    element("span", {}, element("i", { style: `opacity: ${opacity(weight)}` }), String(weight)),
  );
  const style = `--head: var(--head-${head})`;
  return element("p", { class: "legend", style, "aria-hidden": "true" }, "weight", ...steps);
}
