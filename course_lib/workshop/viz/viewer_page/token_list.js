// A column of tokens. It is one tab stop: the arrows move among the tokens, Enter keeps one, Escape lets it go.

import { element, setTabStop, useKey } from "./elements.js";
import { visible } from "./words.js";

export const MANY_TOKENS = 40; // longer lists are set more tightly
const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

// `on` says what to do: focus(index), choose(index) and cross(index); where needed point(index), leave() and escape().
export class TokenList {
  constructor(side, label, tokens, on) {
    Object.assign(this, { on });
    this.strips = tokens.map(() => element("span", { class: "strip", "aria-hidden": "true" }));
    this.items = tokens.map((token, index) => {
      const word = element("span", { class: "word", title: token }, visible(token));
      return element("div", { class: "token", role: "option", "data-index": index }, word, this.strips[index]);
    });
    this.element = element("div", { class: `tokens ${side}`, role: "listbox", "aria-label": label }, ...this.items);
    setTabStop(this.items, 0);
    this.listen();
  }

  listen() {
    const listen = (event, act) => this.element.addEventListener(event, act);
    const withIndex = (act) => (event) => {
      const item = event.target.closest(".token");
      if (item) act(Number(item.dataset.index));
    };
    listen("pointerover", withIndex((index) => this.on.point?.(index)));
    listen("pointerleave", () => this.on.leave?.());
    listen("focusin", withIndex((index) => this.on.focus(index)));
    listen("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.on.leave?.();
    });
    listen("click", withIndex((index) => this.on.choose(index)));
    listen("keydown", (event) => this.press(event, Number(event.target.dataset.index)));
  }

  press(event, index) {
    const { choose, cross, escape } = this.on;
    if (event.key in STEPS) this.focus(index + STEPS[event.key]);
    else if (event.key === "Enter" || event.key === " ") choose(index);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") cross(index);
    else if (event.key === "Escape") escape?.();
    else return;
    useKey(event);
  }

  focus(wanted) {
    const index = Math.max(0, Math.min(this.items.length - 1, wanted));
    setTabStop(this.items, index);
    this.items[index].focus({ preventScroll: false });
  }

  // Scroll the list alone, not the page, so that a token far down comes to stand in the middle.
  reveal(index) {
    const frame = this.element.parentElement;
    const height = this.element.offsetHeight / this.items.length;
    frame.scrollTop = index * height - frame.clientHeight / 2;
  }

  // Mark the token that is pointed at or pinned; null for none.
  mark(index, isKept) {
    this.items.forEach((item, place) => {
      item.classList.toggle("marked", place === index);
      item.setAttribute("aria-selected", place === index && isKept);
    });
  }
}

export function density(map) {
  return Math.max(map.rows.length, map.columns.length) > MANY_TOKENS ? "tight" : "roomy";
}
