// One viewer: controls, a panel with one of the views, a status line. It lives in a shadow root, so neither its
// styles nor its ids can clash with those of the notebook or of another viewer.

import { AttentionMap } from "./attention_map.js";
import { Choice } from "./choice.js";
import { CONTROLS, Tabs } from "./controls.js";
import { element, range } from "./elements.js";
import { HeadView } from "./head_view.js";
import { ModelView } from "./model_view.js";
import { NeuronView } from "./neuron_view.js";
import { headColor, isDark, watchTheme } from "./palette.js";

const VIEWS = { head: HeadView, model: ModelView, neuron: NeuronView };

class Viewer {
  constructor(host, { maps, layer, heads, colors }, style) {
    const color = (head) => headColor(colors, head, isDark());
    this.choice = new Choice(maps.map((map) => new AttentionMap(map)), layer, heads, color);
    const { neuron, ...others } = VIEWS;
    this.tabs = new Tabs(this.choice, this.choice.maps.some((map) => map.vectors) ? VIEWS : others);
    this.controls = element("div", { class: "controls" });
    this.panel = element("div", { id: "panel", role: "tabpanel" });
    this.status = element("p", { class: "status", role: "status" });
    this.frame = element("section", { class: "viewer", "aria-label": "attention weights" },
      this.tabs.element, this.controls, this.panel, this.status);
    host.attachShadow({ mode: "open" }).append(element("style", {}, style), this.frame);
    this.choice.listeners.push(() => this.update());
    watchTheme(host, () => this.followTheme());
    this.followTheme();
  }

  followTheme() {
    const theme = isDark() ? "dark" : "light";
    if (this.frame.dataset.theme === theme) return;
    this.frame.dataset.theme = theme;
    for (const head of range(Math.max(...this.choice.maps.map((map) => map.heads)))) {
      this.frame.style.setProperty(`--head-${head}`, `rgb(${this.choice.color(head)})`);
    }
    this.shown = null;
    this.update();
  }

  update() {
    const { map, view } = this.choice;
    if (this.shown?.map !== map || this.shown.view !== view) this.build();
    for (const part of [this.tabs, ...this.parts, this.view]) part.update();
    const sentence = this.view.sentence();
    // Said again, it would be read aloud again.
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  // Another map or view has other layers, heads and tokens: its controls and panel are made anew.
  build() {
    const { map, view } = this.choice;
    const hadFocus = this.controls.querySelector(":focus")?.name;
    this.shown = { map, view };
    this.view = new VIEWS[view](this.choice);
    this.parts = CONTROLS[view].map((control) => control(this.choice));
    this.controls.replaceChildren(...this.parts.map((part) => part.element));
    this.panel.setAttribute("aria-labelledby", view);
    this.panel.replaceChildren(this.view.element);
    this.parts.forEach((part) => part.update());
    if (hadFocus) this.controls.querySelector(`[name=${hadFocus}]:checked`)?.focus();
  }
}

// The same output may stand on a page twice; each of its places is filled once.
function start(digest, data, style) {
  for (const host of document.querySelectorAll(`[data-attention-viewer="${digest}"]`)) {
    if (!host.shadowRoot) new Viewer(host, data, style);
  }
}
