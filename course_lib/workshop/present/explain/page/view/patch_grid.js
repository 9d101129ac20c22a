// A picture and its patches: squares over it, each a button where there is something to choose, or the redder the more
// of a sum falls on it.

import { button, element } from "../../../../viz/viewer_page/elements.js";

// A canvas again; squares in `exchanged` are those of the `other` one, where `side` squares stand in a row.
export function copy_of(canvas, side = 1, exchanged = new Set(), other = null) {
  const copy = element("canvas", { width: canvas.width, height: canvas.height, "aria-hidden": "true" });
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  exchanged.forEach((place) => {
    const square = box_of(canvas, side, place);
    context.drawImage(other, ...square, ...square);
  });
  return copy;
}

// One square of a canvas.
export function square_of(canvas, side, place) {
  const [x, y, edge] = box_of(canvas, side, place);
  const copy = element("canvas", { width: edge, height: edge, class: "square", "aria-hidden": "true" });
  copy.getContext("2d").drawImage(canvas, -x, -y);
  return copy;
}

function box_of(canvas, side, place) {
  const edge = canvas.width / side;
  return [(place % side) * edge, Math.floor(place / side) * edge, edge, edge];
}

// `choose` is called with the square that is clicked.
export function patch_buttons({ canvas, side, key, is_pressed, choose }) {
  const squares = Array.from({ length: side * side }, (_, place) => button("", {
    class: "patch",
    "aria-label": place_of(place, side),
    "aria-pressed": is_pressed(place),
    "data-key": `${key}-${place}`,
  }, () => choose(place)));
  return element("div", { class: "patches", style: `--side: ${side}` }, canvas, ...squares);
}

// Shares of a sum, one for each square: redder by their square roots, so that small ones are seen.
export function patch_shares({ canvas, side, shares }) {
  const squares = Array.from(shares, (share) => element("span", { class: "patch", style: `--share: ${Math.sqrt(share)}` }));
  const order = Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a]).slice(0, 3);
  const label = `most on ${order.map((place) => `${place_of(place, side)}: ${percent(shares[place])}`).join("; ")}`;
  const picture = { class: "patches", style: `--side: ${side}`, role: "img", "aria-label": label };
  return element("div", picture, copy_of(canvas), ...squares);
}

export function sum_of(shares) {
  return shares.reduce((sum, share) => sum + share, 0);
}

export function percent(share) {
  return `${(100 * share).toFixed(0)} %`;
}

export function place_of(place, side) {
  return `patch ${place + 1}, row ${Math.floor(place / side) + 1}, column ${(place % side) + 1}`;
}
