// How a step gets room on a slide. Code and text become smaller, down to what can still be read from the last row, and a
// figure as small as its words allow. What is longer than a slide is divided, and goes on with the next.
"use strict";

const LARGE = { code: 20, text: 25 }, MEDIUM = { code: 16, text: 23 }, SMALL = { code: 14, text: 20 }; // pixels of 720
const ENLARGE = 1.15, SHRINK = 0.72; // how far a figure may differ from the size that it was drawn for: words of 14 pixels
const WIDTH = 1160, NARROW = 760; // of a step; of a figure that leaves room beside it

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function overflows(body) {
  if (body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1) return true;
  const wide = item => item.getBoundingClientRect().width > WIDTH || item.scrollWidth > item.clientWidth + 1;
  return [...body.querySelectorAll("pre, table, math")].some(wide);
}

function resize(step, { code, text }) {
  step.style.setProperty("--code", `${code}px`);
  step.style.fontSize = `${text}px`;
}

// Finds the largest letters, `least` or more, with which a step has room; they stay large where there are none.
function shrink(step, body, least) {
  for (let less = 0; less <= Math.max(LARGE.code - least.code, LARGE.text - least.text); less++) {
    resize(step, { code: Math.max(LARGE.code - less, least.code), text: Math.max(LARGE.text - less, least.text) });
    if (!overflows(body)) return true;
  }
  resize(step, LARGE);
  return false;
}

// Lines that were printed are broken only where smaller letters don't help: they may be a table.
function shrinkWhole(step, body) {
  step.classList.remove("wraps");
  if (shrink(step, body, MEDIUM)) return true;
  step.classList.add("wraps");
  return shrink(step, body, MEDIUM);
}

// Whether a step has room below the others on its slide, at a size that suits it.
function fits(step, body) {
  const figure = step.querySelector("img");
  if (!figure) return shrinkWhole(step, body);
  if (body.matches(".beside")) return false;
  const room = body.clientHeight - (step.offsetTop - body.offsetTop);
  const best = Math.min(figure.naturalHeight * ENLARGE, figure.naturalHeight * WIDTH / figure.naturalWidth);
  figure.style.height = `${Math.min(best, room)}px`;
  return room >= SHRINK * Math.min(best, figure.naturalHeight);
}

// What is said about a figure stands below it, if the figure can be that much smaller; else beside it, if it is narrow.
function fitsFigure(step, body) {
  const figure = [...body.querySelectorAll("img")].pop();
  return figure && (fitsBelow(figure, body) || fitsBeside(figure, step, body));
}

function fitsBelow(figure, body) {
  const before = figure.clientHeight;
  figure.style.height = `${before - Math.max(0, body.scrollHeight - body.clientHeight)}px`;
  if (figure.clientHeight >= SHRINK * figure.naturalHeight && !overflows(body)) return true;
  figure.style.height = `${before}px`;
  return false;
}

function fitsBeside(figure, step, body) {
  if (!step.matches(".prose") || body.children.length > 2 || figure.clientWidth > NARROW) return false;
  body.classList.add("beside");
  if (shrink(step, body, MEDIUM)) return true;
  body.classList.remove("beside");
  return false;
}

// Makes a step that has a slide of its own as small as can be read. Returns what is left for the next slide, or null.
function squeeze(step, body) {
  if (shrink(step, body, SMALL)) return null;
  resize(step, SMALL);
  const rest = divide(step, body);
  shrink(step, body, SMALL);
  if (overflows(body)) step.style.zoom = Math.min(body.clientHeight / step.scrollHeight, WIDTH / step.scrollWidth);
  return rest;
}

// Takes off what has no room: paragraphs of code, lines that were printed, or rows of a table. Returns a step of them.
function divide(step, body) {
  step.querySelectorAll(".jp-OutputArea pre").forEach(markLines);
  const rest = step.cloneNode(true);
  const here = partsOf(step), least = step.matches(".code") ? 0 : 1; // the first paragraph of code is no part
  let kept = here.length;
  while (kept > least && overflows(body)) here[--kept].remove();
  if (kept === here.length) return null;
  const there = partsOf(rest), code = rest.querySelector(".highlight pre");
  there.slice(0, kept).forEach(part => part.remove());
  if (code) {
    code.replaceChildren(...there[kept].childNodes, ...there.slice(kept + 1));
    code.firstChild.textContent = code.firstChild.textContent.trimStart();
  }
  rest.dataset.seconds = 0;
  resize(rest, LARGE);
  return rest;
}

const partsOf = step => [...step.querySelectorAll("pre .fragment, pre .line, tbody tr")];

function markLines(printed) {
  const mark = text => Object.assign(element('<span class="line"></span>'), { textContent: text });
  printed.replaceChildren(...printed.textContent.match(/.*\n|.+$/g).map(mark));
}
