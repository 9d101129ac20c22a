// The model view: every layer and head as a small picture. One of them can be enlarged, and read cell by cell.

import { button, element, range, setTabStop, useKey } from "./elements.js";
import { legend, paint } from "./heat_map.js";
import { LargeMap } from "./large_map.js";

export class ModelView {
  static title = "Model view";

  constructor(choice) {
    Object.assign(this, { choice, map: choice.map, element: element("div", { class: "model-view" }) });
  }

  update() {
    const { enlarged } = this.choice;
    if (this.drawn === enlarged) return;
    const last = this.drawn;
    this.drawn = enlarged;
    this.large = enlarged && new LargeMap(this.choice, enlarged);
    this.element.replaceChildren(enlarged ? this.large.element : this.grid(), legend(enlarged?.head ?? 0));
    if (enlarged) this.large.focus();
    else if (last) this.thumbnails[last.layer * this.map.heads + last.head].focus();
  }

  grid() {
    const { layers, heads } = this.map;
    this.thumbnails = range(layers * heads).map((place) => this.thumbnail(Math.floor(place / heads), place % heads));
    const label = (text) => element("span", { class: "label" }, text);
    const rows = range(layers).flatMap((layer) => [
      label(`layer ${layer}`),
      ...this.thumbnails.slice(layer * heads, (layer + 1) * heads),
    ]);
    setTabStop(this.thumbnails, 0);
    const style = `grid-template-columns: max-content repeat(${heads}, minmax(0, 170px))`;
    return element("div", { class: "thumbnails", style }, label("head"), ...range(heads).map(label), ...rows);
  }

  thumbnail(layer, head) {
    const canvas = paint(element("canvas"), this.map, { layer, head }, this.choice.color(head));
    const label = `layer ${layer}, head ${head}: enlarge`;
    const made = button(canvas, { class: "thumbnail", "aria-label": label, title: label }, () =>
      this.choice.change({ enlarged: { layer, head } }),
    );
    made.addEventListener("keydown", (event) => this.press(event, layer * this.map.heads + head));
    return made;
  }

  press(event, place) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.map.heads, ArrowDown: this.map.heads };
    const next = this.thumbnails[place + steps[event.key]];
    if (!(event.key in steps)) return;
    useKey(event);
    if (!next) return;
    setTabStop(this.thumbnails, place + steps[event.key]);
    next.focus();
  }

  sentence() {
    if (this.large) return this.large.sentence();
    const { rows, columns, layers, heads } = this.map;
    const size = `${rows.length} queries down, ${columns.length} keys across`;
    return `${layers} layers of ${heads} heads; in each picture ${size}. Click on a picture to enlarge it.`;
  }
}
