// What a screen reader is told: the slide as far as it is shown, then each step when it appears. The region of reveal.js
// has the hidden steps of a slide, too, and so its answers; the template hides that region.
"use strict";

const told = document.getElementById("told");
const SHOWN_AT_ONCE = "header > *, .step:not(.fragment), .step.visible";

function wordsOf(item) {
  const copy = item.cloneNode(true);
  copy.querySelectorAll(".fragment:not(.visible), script, style").forEach(part => part.remove());
  copy.querySelectorAll("img").forEach(image => image.replaceWith(image.alt));
  return copy.textContent.trim();
}

const tell = (...items) => { told.textContent = items.map(wordsOf).join(" ").trim(); };

presented.then(() => {
  Reveal.on("slidechanged", ({ currentSlide }) => tell(...currentSlide.querySelectorAll(SHOWN_AT_ONCE)));
  Reveal.on("fragmentshown", ({ fragments }) => tell(...fragments));
  Reveal.on("fragmenthidden", () => tell());
});
