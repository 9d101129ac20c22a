// What every page has: a title, the road through the parts, and a focus that stays when elements are made anew.

import { button, element } from "../../../../viz/viewer_page/elements.js";

const KINDS = {
  Translator: "translates, with an encoder that reads and a decoder that writes",
  Llm: "goes on with a text, token by token (a decoder)",
  Vlm: "answers questions about pictures: a language model with a part that sees",
};

export function header({ name, parameters, architecture }) {
  const about = `This model ${KINDS[architecture]}. Its ${parameters.toLocaleString("en")} weights, the numbers that training has ` +
    "found by small corrections on many examples, are in this page, where it runs; nothing leaves it. What is unlike its " +
    "training texts it can only guess at. Below are its parts, in the order of the course's slides.";
  return element("header", {}, element("h1", {}, name), element("p", { class: "quiet" }, about));
}

// In a tab of its own, so that what the reader has done here stays. Where a lesson has no address, its file is named.
export function lesson_link(lesson) {
  if (!lesson) return "no lesson of this course";
  const { title, file, address } = lesson;
  if (!address) return `${title} (${file})`;
  return element("a", { href: address, target: "_blank", rel: "noopener" }, title);
}

export function road(parts, open, go) {
  const items = parts.map(({ name }, index) => {
    const made = button(name, { "data-key": `part-${index}` }, () => go(index));
    if (index === open) made.setAttribute("aria-current", "step");
    return element("li", {}, made);
  });
  return element("ol", { class: "road" }, ...items);
}

// Where the road is wider than the screen, the part that is open stands in its middle.
export function show_here(list) {
  const { offsetLeft, offsetWidth } = list.querySelector("[aria-current]");
  list.scrollLeft = offsetLeft - list.offsetLeft - (list.clientWidth - offsetWidth) / 2;
}

// Elements that are made anew have the same `data-key`: the one that had the focus has it again.
export function keeping_focus(act) {
  const key = document.activeElement?.dataset.key;
  const scrolled = Array.from(document.querySelectorAll(".tall"), ({ scrollTop }) => scrollTop);
  act();
  document.querySelectorAll(".tall").forEach((place, i) => {
    if (scrolled[i]) place.scrollTop = scrolled[i]; // to set it makes the browser lay out the page at once
  });
  if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
