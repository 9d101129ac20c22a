// What every page has: a title, the road through the parts, and a focus that stays when elements are made anew.

import { button, element } from "../../../../viz/viewer_page/elements.js";

export function header({ name, parameters, architecture }) {
  const about = `${architecture}, ${parameters.toLocaleString("en")} weights. It runs in this page; nothing leaves it.`;
  return element("header", {}, element("h1", {}, name), element("p", { class: "quiet" }, about));
}

export function road(parts, open, go) {
  const items = parts.map(({ name }, index) => {
    const made = button(name, { "data-key": `part-${index}` }, () => go(index));
    if (index === open) made.setAttribute("aria-current", "step");
    return element("li", {}, made);
  });
  return element("ol", { class: "road" }, ...items);
}

// Elements that are made anew have the same `data-key`: the one that had the focus has it again.
export function keeping_focus(act) {
  const key = document.activeElement?.dataset.key;
  const scrolled = Array.from(document.querySelectorAll(".tall"), ({ scrollTop }) => scrollTop);
  act();
  document.querySelectorAll(".tall").forEach((place, i) => (place.scrollTop = scrolled[i] ?? 0));
  if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
