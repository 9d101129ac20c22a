// RoPE as turning arrows: the pairs of a query and of a key, each turned by its place in the text. Move both tokens, and
// the angle between the arrows stays: only the distance matters.

import { drawing, element } from "../../../../viz/viewer_page/elements.js";
import { decimals } from "../../../../viz/viewer_page/words.js";
import { turned } from "../nn/rotary.js";
import { dot } from "../nn/vectors.js";

const [SIZE, LONGEST] = [76, 32]; // of a dial, and of an arrow in it
const MOST_DIALS = 16;
const FARTHEST = 20; // positions by which a token is moved

// `last` is the last position that the model knows: tokens are moved only to where tokens can be.
export function rotation({ rotary, q, k, query, key, last }) {
  const dials = element("div", { class: "dials" });
  const slider = (id, room) =>
    element("input", { type: "range", min: 0, max: Math.min(FARTHEST, room), value: 0, id, "data-key": id });
  const [both, alone] = [slider("moved", last - query), slider("moved-key", key)];
  const said = element("output", { for: "moved moved-key" });
  const draw = () => {
    const [of_query, of_key] = [Number(both.value), Number(both.value) - Number(alone.value)];
    const [for_query, for_key] = rotary.angles([of_query, of_key]);
    const [moved_q, moved_k] = [turned(q, for_query), turned(k, for_key)];
    dials.replaceChildren(...pairs(moved_q, moved_k));
    said.textContent = `Query at ${query + of_query}, key at ${key + of_key}; distance ${query - key + of_query - of_key}; ` +
      `q · k = ${decimals(dot(moved_q, moved_k))}`;
  };
  for (const one of [both, alone]) one.addEventListener("input", draw);
  draw();
  const note = "Each pair of numbers is an arrow: blue of the query, orange of the key, below it the pair's part of q · k. q and k " +
    `above are turned already; the first pairs turn fastest: by ${rotary.angles([1])[0].slice(0, 3).map((angle) => decimals(angle)).join(", ")}, ... ` +
    "radians for each place. Move both tokens: all arrows turn and no number changes, for only the distance counts.";
  return element("section", {}, element("h4", {}, "Turned by their places (RoPE)"), element("p", {}, note),
    element("p", {}, element("label", { for: "moved" }, "Move both tokens on "), both),
    element("p", {}, element("label", { for: "moved-key" }, "Move the key back "), alone), element("p", {}, said), dials);
}

function pairs(q, k) {
  const count = Math.min(MOST_DIALS, q.length / 2);
  const lengths = (vector) => Array.from({ length: count }, (_, i) => Math.hypot(vector[2 * i], vector[2 * i + 1]));
  const scales = [q, k].map((vector) => LONGEST / Math.max(...lengths(vector), 1e-9));
  return Array.from({ length: count }, (_, i) => {
    const product = q[2 * i] * k[2 * i] + q[2 * i + 1] * k[2 * i + 1];
    const label = `pair ${i + 1}: ${decimals(product)}`;
    const dial = drawing("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, role: "img", "aria-label": label },
      drawing("circle", { cx: SIZE / 2, cy: SIZE / 2, r: LONGEST + 2 }),
      arrow(k, i, scales[1], "key"), arrow(q, i, scales[0], "query"));
    return element("figure", {}, dial, element("figcaption", {}, decimals(product)));
  });
}

function arrow(vector, i, scale, kind) {
  const [x, y] = [SIZE / 2 + scale * vector[2 * i], SIZE / 2 - scale * vector[2 * i + 1]];
  return drawing("g", { class: kind }, drawing("line", { x1: SIZE / 2, y1: SIZE / 2, x2: x, y2: y }),
    drawing("circle", { cx: x, cy: y, r: 3.5 }));
}
