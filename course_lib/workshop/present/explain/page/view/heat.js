// Numbers as a picture: blue above zero, orange below, the paler the nearer to it; and a table behind it.

import { element } from "../../../../viz/viewer_page/elements.js";
import { decimals } from "../../../../viz/viewer_page/words.js";

const [ABOVE, BELOW] = [[46, 134, 204], [224, 112, 32]];
const MOST_IN_TABLE = 2000; // numbers; more would make the page slow, and nobody reads them

export function largest(matrix) {
  return matrix.reduce((most, row) => row.reduce((so_far, value) => Math.max(so_far, Math.abs(value)), most), 0);
}

// A canvas with one pixel for each number; the style sheet stretches it.
export function painted(matrix, most = largest(matrix)) {
  const [height, width] = [matrix.length, matrix[0].length];
  const canvas = element("canvas", { class: "heat", width, height });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  matrix.forEach((row, t) => row.forEach((value, i) => {
    const opacity = most ? Math.sqrt(Math.min(1, Math.abs(value) / most)) : 0;
    pixels.data.set(value < 0 ? BELOW : ABOVE, 4 * (t * width + i));
    pixels.data[4 * (t * width + i) + 3] = Math.round(255 * opacity);
  }));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

// A picture of a sequence, T D: a row for each word, and its numbers for who asks.
export function sequence(matrix, words, title) {
  const canvas = painted(matrix);
  const shape = `${matrix.length} × ${matrix[0].length}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title}: ${shape} numbers, the largest magnitude ${decimals(largest(matrix))}`);
  const labels = element("ol", { class: "row-words" }, ...words.map((word) => element("li", {}, word)));
  const picture = element("div", { class: "sequence", style: `--rows: ${matrix.length}` }, labels, canvas);
  const note = `${title}: ${shape} numbers. Largest magnitude, the strongest color: ${decimals(largest(matrix))}`;
  return element("figure", {}, picture, element("figcaption", {}, note), numbers(matrix, words));
}

// The numbers themselves, in a table that is made when it is opened.
export function numbers(matrix, words) {
  const details = element("details", {}, element("summary", {}, "All numbers"));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(table_of(matrix, words));
  });
  return details;
}

function table_of(matrix, words) {
  const columns = Math.max(1, Math.min(matrix[0].length, Math.floor(MOST_IN_TABLE / matrix.length)));
  const rows = matrix.map((row, t) => element("tr", {}, element("th", { scope: "row" }, words[t]),
    ...Array.from(row.slice(0, columns), (value) => element("td", {}, decimals(value, 3)))));
  const cut = columns < matrix[0].length ? ` The first ${columns} of ${matrix[0].length} columns.` : "";
  const table = element("table", { class: "numbers" }, element("tbody", {}, ...rows));
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "numbers" }, table, cut);
}
