// The lines of the head view: one curve per pair of tokens and head, the stronger the weight, the more opaque.

import { FULL_WEIGHT, otherSide } from "./attention_map.js";
import { drawing } from "./elements.js";
import { opacity } from "./heat_map.js";
import { FAINTEST } from "./words.js";

const MOST_LINES = 1000; // more would be a gray cloud, and slow
const APART = 0.12; // between the lines of neighboring heads, in rows

export function linesOfAll(map, layer, heads, floor) {
  return heads.flatMap((head) =>
    map.rows.flatMap((_, row) =>
      map.weightsOf(layer, head, { side: "row", index: row })
        .map((weight, column) => ({ head, row, column, weight }))
        .filter((line) => line.weight >= FAINTEST && line.weight > floor),
    ),
  );
}

export function linesOfToken(map, layer, heads, token) {
  return heads.flatMap((head) =>
    map.weightsOf(layer, head, token)
      .map((weight, index) => ({ head, [token.side]: token.index, [otherSide(token.side)]: index, weight }))
      .filter((line) => line.weight >= FAINTEST),
  );
}

// The weight that only the strongest lines exceed, where there are too many of them.
export function floorOf(map, layer, heads) {
  const size = map.rows.length * map.columns.length;
  const weights = new Uint16Array(heads.length * size);
  heads.forEach((head, index) => {
    const start = map.place(layer, head, 0) * map.columns.length;
    weights.set(map.weights.subarray(start, start + size), index * size);
  });
  return weights.length > MOST_LINES ? weights.sort()[weights.length - MOST_LINES] / FULL_WEIGHT : 0;
}

export function curve(line, heads) {
  const shift = 0.5 + APART * (heads.indexOf(line.head) - (heads.length - 1) / 2) * Math.min(1, 4 / heads.length);
  const [from, to] = [line.row + shift, line.column + shift];
  return drawing("path", {
    class: "line",
    d: `M0,${from}C45,${from} 55,${to} 100,${to}`,
    style: `stroke: var(--head-${line.head})`,
    "stroke-opacity": (0.08 + 0.92 * line.weight).toFixed(3),
    "data-head": line.head,
    "data-row": line.row,
    "data-column": line.column,
    "data-weight": line.weight.toFixed(4),
  });
}
