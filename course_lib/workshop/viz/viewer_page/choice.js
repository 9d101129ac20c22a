// What the reader has chosen so far, and the rules by which one choice changes another. Whoever draws listens.

import { range } from "./elements.js";

export class Choice {
  constructor(maps, layer, heads, color) {
    Object.assign(this, { maps, layer, color, head: heads[0], view: "head", listeners: [] });
    this.heads = new Set(heads);
    this.startOn(maps[0]);
  }

  // Tokens and pairs of one map mean nothing in another.
  startOn(map) {
    this.map = map;
    this.layer = Math.min(this.layer, map.layers - 1);
    this.heads = new Set([...this.heads].filter((head) => head < map.heads));
    this.head = Math.min(this.head, map.heads - 1);
    if (!this.heads.size) this.heads = new Set(range(map.heads));
    Object.assign(this, { pointed: null, pinned: null, pair: null, enlarged: null });
  }

  change(news) {
    Object.assign(this, news);
    this.listeners.forEach((listen) => listen());
  }

  chooseMap(map) {
    this.startOn(map);
    this.change({});
  }

  chooseView(view) {
    if (view === "neuron") this.findPair();
    this.change({ view, pointed: null, enlarged: null });
  }

  // The neuron view goes on with the token that was pinned, and with the strongest partner of it.
  findPair() {
    if (!this.map.vectors) this.startOn(this.maps.find((map) => map.vectors));
    if (!this.heads.has(this.head)) this.head = this.shownHeads[0] ?? 0;
    const { side, index } = this.pinned ?? { side: "row", index: this.pair?.row ?? this.map.rows.length >> 1 };
    const partner = this.strongest({ side, index });
    this.pair = side === "row" ? { row: index, column: partner } : { row: partner, column: index };
  }

  strongest(token) {
    const weights = this.map.weightsOf(this.layer, this.head, token);
    return weights.indexOf(Math.max(...weights));
  }

  toggleHead(head) {
    if (!this.heads.delete(head)) this.heads.add(head);
    this.change({});
  }

  point(token) {
    if (!isSame(token, this.pointed)) this.change({ pointed: token });
  }

  togglePin(token) {
    this.change({ pinned: isSame(token, this.pinned) ? null : token });
  }

  openInHeadView({ layer, head }) {
    this.change({ view: "head", layer, head, heads: new Set([head]), enlarged: null });
  }

  // The one token whose lines are shown alone.
  get token() {
    return this.pinned ?? this.pointed;
  }

  get shownHeads() {
    return [...this.heads].sort((a, b) => a - b);
  }
}

function isSame(token, other) {
  return token?.side === other?.side && token?.index === other?.index;
}
