// Beam search as a tree that grows, level by level: lines lead from each output so far to what it may become.

import { drawing, element } from "../../../../viz/viewer_page/elements.js";
import { decimals } from "../../../../viz/viewer_page/words.js";

const [WIDTH, HEIGHT, MARGIN] = [112, 30, 16];

export function beam_tree({ levels, best }, grown, tokenizer) {
  const shown = levels.slice(0, grown);
  const places = new Map();
  shown.forEach((level, depth) => level.forEach((candidate, rank) => places.set(candidate, { depth: depth + 1, rank })));
  const root = { depth: 0, rank: 0 };
  const of = (candidate) => places.get(candidate) ?? root;
  const rows = Math.max(1, ...shown.map((level) => level.length));
  const size = { width: (shown.length + 1) * WIDTH + MARGIN, height: rows * HEIGHT + MARGIN };
  const is_best = (candidate) => candidate.ids.every((id, i) => id === [...best, 2][i]);
  const lines = [...places.keys()].map((one) => line(of(one.parent), of(one), kind(one, is_best)));
  const names = [...places.keys()].map((one) => name(of(one), tokenizer.token(one.id), kind(one, is_best)));
  const label = `beam search after ${grown} steps; the outputs are in the table below`;
  const tree = drawing("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": label },
    ...lines, name(root, "<bos>", "kept"), ...names);
  const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": "tree of outputs" };
  const legend = "Bold: the output that is taken; dashed: dropped; orange: ended. A long tree can be scrolled to the right.";
  return element("div", {}, element("p", { class: "quiet" }, legend), element("div", scroll, tree), outputs(shown, tokenizer));
}

function kind(candidate, is_best) {
  const fate = candidate.has_ended ? "ended" : candidate.is_kept ? "kept" : "dropped";
  return is_best(candidate) ? `${fate} best` : fate;
}

function point({ depth, rank }) {
  return { x: MARGIN + depth * WIDTH, y: MARGIN + rank * HEIGHT };
}

function line(from, to, kind) {
  const [start, end] = [point(from), point(to)];
  const middle = end.x - 18;
  const path = `M ${start.x + WIDTH - 42} ${start.y} C ${middle} ${start.y} ${middle - 14} ${end.y} ${end.x - 4} ${end.y}`;
  return drawing("path", { d: path, class: kind });
}

function name(place, word, kind) {
  const { x, y } = point(place);
  return drawing("text", { x, y: y + 5, class: kind }, word.length > 9 ? `${word.slice(0, 8)}…` : word);
}

function outputs(levels, tokenizer) {
  const ended = levels.flat().filter(({ has_ended }) => has_ended).sort((a, b) => b.mean - a.mean);
  if (!ended.length) return element("p", {}, "No output has ended yet.");
  const rows = ended.map(({ ids, score, mean }) => element("tr", {},
    element("th", { scope: "row" }, tokenizer.decode(ids)),
    element("td", {}, decimals(score, 4)), element("td", {}, decimals(mean, 4))));
  const titles = ["output that has ended", "log-probability", "for each token"];
  const header = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const note = "The log-probability is the natural logarithm of the output's probability: 0 is certain, and the further below, " +
    "the less likely.";
  return element("div", {}, element("p", { class: "quiet" }, note),
    element("table", {}, element("thead", {}, header), element("tbody", {}, ...rows)));
}
