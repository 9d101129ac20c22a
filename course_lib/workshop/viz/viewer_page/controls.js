// What can be chosen above the views: the view itself, the kind of attention, the layer, the heads.

import { button, element, range, setTabStop, useKey } from "./elements.js";

// A row of native radio buttons or checkboxes: their keys and their meaning to screen readers come for free.
function fieldset(legend, type, options) {
  const name = legend.replaceAll(" ", "-");
  const inputs = options.map(({ choose }) => {
    const input = element("input", { type, name });
    input.addEventListener("change", choose);
    return input;
  });
  const labels = options.map(({ text, style = "" }, index) =>
    element("label", { style }, inputs[index], element("span", {}, text)),
  );
  const made = element("fieldset", { class: name }, element("legend", {}, legend), ...labels);
  const update = () => options.forEach(({ isChosen }, index) => (inputs[index].checked = isChosen()));
  return { element: made, update, labels };
}

function kindControl(choice) {
  const maps = choice.view === "neuron" ? choice.maps.filter((map) => map.vectors) : choice.maps;
  return fieldset("attention", "radio", maps.map((map) => ({
    text: map.name,
    choose: () => choice.chooseMap(map),
    isChosen: () => choice.map === map,
  })));
}

function layerControl(choice) {
  return fieldset("layer", "radio", range(choice.map.layers).map((layer) => ({
    text: layer,
    choose: () => choice.change({ layer }),
    isChosen: () => choice.layer === layer,
  })));
}

function headsControl(choice) {
  const made = fieldset("heads", "checkbox", range(choice.map.heads).map((head) => ({
    text: head,
    style: `--head: var(--head-${head})`,
    choose: () => choice.toggleHead(head),
    isChosen: () => choice.heads.has(head),
  })));
  const all = range(choice.map.heads);
  made.labels.forEach((label, head) => {
    label.title = `head ${head}; double-click to see it alone`;
    label.addEventListener("dblclick", () => choice.change({ heads: new Set([head]), head }));
  });
  made.element.append(button("all", { class: "all" }, () => choice.change({ heads: new Set(all) })));
  return made;
}

function headControl(choice) {
  return fieldset("head", "radio", range(choice.map.heads).map((head) => ({
    text: head,
    style: `--head: var(--head-${head})`,
    choose: () => choice.change({ head }),
    isChosen: () => choice.head === head,
  })));
}

export const CONTROLS = {
  head: [kindControl, layerControl, headsControl],
  model: [kindControl],
  neuron: [kindControl, layerControl, headControl],
};

export class Tabs {
  constructor(choice, views) {
    this.choice = choice;
    this.names = Object.keys(views);
    this.items = this.names.map((view) =>
      button(views[view].title, { role: "tab", id: view, "aria-controls": "panel" }, () => choice.chooseView(view)),
    );
    this.element = element("div", { role: "tablist", "aria-label": "view" }, ...this.items);
    this.element.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    useKey(event);
    const next = (this.items.indexOf(event.target) + step + this.items.length) % this.items.length;
    this.items[next].focus();
    this.choice.chooseView(this.names[next]);
  }

  update() {
    const chosen = this.names.indexOf(this.choice.view);
    this.items.forEach((item, index) => item.setAttribute("aria-selected", index === chosen));
    setTabStop(this.items, chosen);
  }
}
