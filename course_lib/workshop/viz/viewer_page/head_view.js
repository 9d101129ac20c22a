// The head view: the tokens of the rows on the left, those of the columns on the right, the weights as lines.

import { otherSide } from "./attention_map.js";
import { drawing, element } from "./elements.js";
import { curve, floorOf, linesOfAll, linesOfToken } from "./lines.js";
import { TokenList, density } from "./token_list.js";
import { decimals, sentenceAbout } from "./words.js";

const MOST_NUMBERED_HEADS = 4; // the numbers of more heads would not fit beside a token

export class HeadView {
  static title = "Head view";

  constructor(choice) {
    this.choice = choice;
    this.map = choice.map;
    this.lists = { row: this.tokenList("row"), column: this.tokenList("column") };
    this.overview = drawing("g", { class: "overview" });
    this.single = drawing("g", { class: "single" });
    this.element = element("div", { class: "head-view" }, this.scroller());
  }

  tokenList(side) {
    const choose = (index) => this.choice.togglePin({ side, index });
    const point = (index) => this.choice.point({ side, index });
    const label = side === "row" ? "queries: tokens that attend" : "keys: tokens that are attended to";
    return new TokenList(side, label, this.map.tokens(side), {
      point,
      choose,
      focus: point,
      leave: () => this.choice.point(null),
      cross: (index) => this.lists[otherSide(side)].focus(index),
      escape: () => this.choice.change({ pinned: null }),
    });
  }

  scroller() {
    const height = Math.max(this.map.rows.length, this.map.columns.length);
    const lines = drawing("svg", {
      class: "lines",
      viewBox: `0 0 100 ${height}`,
      preserveAspectRatio: "none",
      style: `height: calc(${height} * var(--row))`,
      "aria-hidden": "true",
    }, this.overview, this.single);
    const titles = ["queries attend \u2026", "", "\u2026 to keys"].map((text) =>
      element("div", { class: "title", "aria-hidden": "true" }, text),
    );
    const columns = [this.lists.row.element, lines, this.lists.column.element];
    return element("div", { class: `scroller pair ${density(this.map)}` }, ...titles, ...columns);
  }

  update() {
    const { layer, token } = this.choice;
    const heads = this.choice.shownHeads;
    this.drawOverview(layer, heads);
    const lines = token ? linesOfToken(this.map, layer, heads, token) : [];
    this.single.replaceChildren(...lines.map((line) => curve(line, heads)));
    this.element.classList.toggle("has-token", Boolean(token));
    this.writeStrips(token, lines, heads);
    for (const [side, list] of Object.entries(this.lists)) {
      list.mark(token?.side === side ? token.index : null, Boolean(this.choice.pinned));
    }
  }

  // Drawn anew only for another layer or other heads: pointing at tokens has to stay swift.
  drawOverview(layer, heads) {
    const drawn = `${layer}: ${heads}`;
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    this.floor = floorOf(this.map, layer, heads);
    const lines = linesOfAll(this.map, layer, heads, this.floor);
    this.overview.replaceChildren(...lines.map((line) => curve(line, heads)));
  }

  // Beside each token on the other side: one cell per head, filled as far as its weight goes.
  writeStrips(token, lines, heads) {
    this.strips?.forEach((strip) => strip.replaceChildren());
    if (!token) return;
    const side = otherSide(token.side);
    const written = new Set();
    for (const line of lines) {
      const strip = this.lists[side].strips[line[side]];
      if (!written.has(strip)) strip.replaceChildren(...heads.map(emptyCell));
      written.add(strip);
      fillCell(strip.children[heads.indexOf(line.head)], line.weight, heads.length <= MOST_NUMBERED_HEADS);
    }
    this.strips = written;
  }

  sentence() {
    const heads = this.choice.shownHeads;
    if (!heads.length) return "Choose at least one head.";
    if (this.choice.token) return sentenceAbout(this.map, this.choice.layer, heads, this.choice.token);
    const hidden = this.floor ? ` Until then, only weights above ${decimals(this.floor, 3)} are drawn.` : "";
    return `Point at a token to see its lines alone; click on it to keep them.${hidden}`;
  }
}

export function emptyCell(head) {
  return element("span", { class: "cell", style: `--head: var(--head-${head})` });
}

export function fillCell(cell, weight, isNumbered) {
  cell.style.setProperty("--weight", weight.toFixed(4));
  if (isNumbered) cell.textContent = decimals(weight);
}
