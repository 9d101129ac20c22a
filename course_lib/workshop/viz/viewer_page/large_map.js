// One head of the model view, enlarged: tokens along the edges, and a cursor that reads the weight of one cell.

import { button, element, useKey } from "./elements.js";
import { paint } from "./heat_map.js";
import { decimals, quoted, visible } from "./words.js";

const WIDEST = 600; // pixels, of the whole picture
const [SMALLEST_CELL, LARGEST_CELL] = [3, 40];
const LABELED_CELL = 14; // in smaller cells the tokens along the edges could not be read

export class LargeMap {
  constructor(choice, place) {
    Object.assign(this, { choice, map: choice.map, place, cell: { row: 0, column: 0 } });
    this.cursor = element("div", { class: "cursor" });
    this.board = element("div", {
      class: "board",
      tabindex: 0,
      role: "application",
      style: `--down: ${this.map.rows.length}; --across: ${this.map.columns.length}`,
      "aria-label": `weights of layer ${place.layer}, head ${place.head}; the arrow keys move from cell to cell`,
    }, paint(element("canvas"), this.map, place, choice.color(place.head)), this.cursor);
    const style = `--cell: ${this.cellSize()}px`;
    this.element = element("div", { class: "large", style }, this.actions(), this.chart());
    this.listen();
    this.moveTo(this.cell);
  }

  cellSize() {
    const fitting = WIDEST / Math.max(this.map.rows.length, this.map.columns.length);
    return Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, fitting));
  }

  actions() {
    const { choice, place } = this;
    return element("div", { class: "actions" },
      element("strong", {}, `layer ${place.layer}, head ${place.head}`),
      button("All heads", { class: "back" }, () => choice.change({ enlarged: null })),
      button("Show its lines", { class: "to-head-view" }, () => choice.openInHeadView(place)),
    );
  }

  chart() {
    const labels = (side) => this.map.tokens(side).map((token) => element("span", { title: token }, visible(token)));
    const edges = this.cellSize() < LABELED_CELL ? [] : ["column", "row"];
    const edge = (side) => element("div", { class: `edge ${side}s`, "aria-hidden": "true" }, ...labels(side));
    return element("div", { class: "scroller" }, element("div", { class: "chart" }, ...edges.map(edge), this.board));
  }

  listen() {
    this.board.addEventListener("pointermove", (event) => {
      const box = this.board.getBoundingClientRect();
      this.moveTo({
        row: Math.floor(((event.clientY - box.top) / box.height) * this.map.rows.length),
        column: Math.floor(((event.clientX - box.left) / box.width) * this.map.columns.length),
      });
      this.choice.change({});
    });
    this.board.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Escape") this.choice.change({ enlarged: null });
    else if (step) this.moveTo({ row: this.cell.row + step[0], column: this.cell.column + step[1] });
    else return;
    useKey(event);
    if (step) this.choice.change({});
  }

  moveTo({ row, column }) {
    const clamp = (index, side) => Math.max(0, Math.min(this.map.tokens(side).length - 1, index));
    this.cell = { row: clamp(row, "row"), column: clamp(column, "column") };
    this.cursor.style.translate = `calc(${this.cell.column} * var(--cell)) calc(${this.cell.row} * var(--cell))`;
  }

  focus() {
    this.board.focus({ preventScroll: true });
  }

  sentence() {
    const { row, column } = this.cell;
    const weight = this.map.weight(this.place.layer, this.place.head, row, column);
    return `${quoted(this.map.rows[row])} attends to ${quoted(this.map.columns[column])} ${decimals(weight, 3)}.`;
  }
}
