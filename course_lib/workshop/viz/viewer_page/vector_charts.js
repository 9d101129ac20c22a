// Vectors as bars, one under the other: positive numbers go up, negative ones down, a band marks one dimension.

import { drawing, element } from "./elements.js";
import { decimals } from "./words.js";

export class VectorCharts {
  constructor(vectors) {
    this.vectors = vectors;
    this.size = vectors[0].values.length;
    this.bands = vectors.map(() => drawing("rect", { class: "band", y: -1.1, width: 1, height: 2.2 }));
    this.caption = element("p", { class: "dimension" });
    const charts = vectors.map((vector, index) => this.chart(vector, this.bands[index]));
    this.element = element("div", { class: "charts" }, ...charts, this.caption);
    this.element.addEventListener("pointermove", (event) => this.pointAt(event));
    this.element.addEventListener("pointerleave", () => this.markLargest());
    this.markLargest();
  }

  chart({ name, values }, band) {
    const largest = Math.max(...values.map(Math.abs)) || 1;
    const bars = values.map((value, index) => {
      const height = Math.abs(value) / largest;
      const sign = value < 0 ? "negative" : "positive";
      const y = value < 0 ? 0 : -height;
      return drawing("rect", { class: `bar ${sign}`, x: index + 0.12, y, width: 0.76, height });
    });
    const zero = drawing("line", { class: "zero", x1: 0, x2: this.size, y1: 0, y2: 0 });
    const label = `${name}: ${values.map((value) => decimals(value)).join(", ")}`;
    const viewBox = `0 -1.1 ${this.size} 2.2`;
    const frame = { viewBox, preserveAspectRatio: "none", role: "img", "aria-label": label };
    const title = element("figcaption", {}, element("b", {}, name), ` \u00b1${decimals(largest)}`);
    return element("figure", {}, title, drawing("svg", frame, band, ...bars, zero));
  }

  pointAt(event) {
    const box = this.bands[0].ownerSVGElement.getBoundingClientRect();
    const dimension = Math.floor(((event.clientX - box.left) / box.width) * this.size);
    this.mark(Math.max(0, Math.min(this.size - 1, dimension)));
  }

  // As long as nobody points at another one, the dimension that counts most is explained.
  markLargest() {
    const sizes = this.vectors.at(-1).values.map(Math.abs);
    this.mark(sizes.indexOf(Math.max(...sizes)));
  }

  mark(dimension) {
    this.bands.forEach((band) => band.setAttribute("x", dimension));
    const [query, key, product] = this.vectors.map(({ values }) => decimals(values[dimension]));
    this.caption.textContent = `dimension ${dimension}: ${query} \u00d7 ${key} = ${product}`;
  }
}
