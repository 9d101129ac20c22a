// The neuron view: one query, one key, their products dimension by dimension, and the weight that follows.

import { otherSide } from "./attention_map.js";
import { element, setTabStop } from "./elements.js";
import { emptyCell, fillCell } from "./head_view.js";
import { explain, threeDigits } from "./neuron.js";
import { TokenList, density } from "./token_list.js";
import { VectorCharts } from "./vector_charts.js";
import { decimals, quoted } from "./words.js";

export class NeuronView {
  static title = "Neuron view";

  constructor(choice) {
    this.choice = choice;
    this.map = choice.map;
    this.lists = { row: this.tokenList("row"), column: this.tokenList("column") };
    this.middle = element("div", { class: "middle" });
    this.element = element("div", { class: "neuron-view" },
      this.side("row", "query"), this.middle, this.side("column", "key", "score", "weight"));
  }

  tokenList(side) {
    const choose = (index) => this.choice.change({ pair: { ...this.choice.pair, [side]: index } });
    const label = side === "row" ? "query: the token that attends" : "key: the token that is attended to";
    const cross = () => this.lists[otherSide(side)].focus(this.choice.pair[otherSide(side)]);
    return new TokenList(side, label, this.map.tokens(side), { choose, focus: choose, cross });
  }

  side(name, ...titles) {
    const spans = titles.map((title) => element("span", {}, title));
    return element("div", { class: `${titles[0]} ${density(this.map)}` },
      element("div", { class: "titles", "aria-hidden": "true" }, ...spans),
      element("div", { class: "scroller" }, this.lists[name].element));
  }

  update() {
    const { layer, head, pair } = this.choice;
    for (const [side, list] of Object.entries(this.lists)) {
      list.mark(pair[side], true);
      setTabStop(list.items, pair[side]);
      if (!this.result) list.reveal(pair[side]);
    }
    this.result = explain(this.map, layer, head, pair);
    this.lists.column.strips.forEach((strip, column) => strip.replaceChildren(...this.numbersOf(column)));
    this.middle.replaceChildren(this.charts(), steps(this.result, pair.column, this.map.vectors.size));
  }

  numbersOf(column) {
    const { isMasked, scores, weights } = this.result;
    if (isMasked[column]) return [element("span", { class: "masked" }, "masked")];
    const cell = emptyCell(this.choice.head);
    fillCell(cell, weights[column], true);
    return [element("span", { class: "score" }, decimals(scores[column])), cell];
  }

  charts() {
    const { row, column } = this.choice.pair;
    const { query, key, products } = this.result;
    return new VectorCharts([
      { name: `q of ${quoted(this.map.rows[row])}`, values: query },
      { name: `k of ${quoted(this.map.columns[column])}`, values: key },
      { name: "q \u00d7 k", values: products },
    ]).element;
  }

  sentence() {
    const { row, column } = this.choice.pair;
    const { scores, weights, isMasked } = this.result;
    const names = `${quoted(this.map.rows[row])} and ${quoted(this.map.columns[column])}`;
    if (isMasked[column]) return `${names}: weight 0; a mask, or a score far below the others, takes this key out.`;
    return `${names}: score ${decimals(scores[column], 3)}, weight ${decimals(weights[column], 3)}.`;
  }
}

// From the products to the weight, one step per line.
function steps({ products, scores, exponentials, total, weights, isMasked }, column, size) {
  const sum = products.reduce((total, value) => total + value, 0);
  const lines = [
    ["sum of the products", "q \u00b7 k", decimals(sum, 3)],
    ["divided by the root of the width", `q \u00b7 k / \u221a${size}`, decimals(scores[column], 3)],
  ];
  if (isMasked[column]) lines.push(["not in the softmax", "weight", decimals(0, 3)]);
  else {
    lines.push(
      ["exponential", `e^${decimals(scores[column], 3)}`, threeDigits(exponentials[column])],
      ["divided by the sum over all keys", `/ ${threeDigits(total)}`, decimals(weights[column], 3)],
    );
  }
  const rows = lines.map((cells) => element("tr", {}, ...cells.map((text) => element("td", {}, text))));
  return element("table", { class: "steps", "aria-label": "from the products to the weight" }, ...rows);
}
