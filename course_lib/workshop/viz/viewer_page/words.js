// Numbers and sentences: what stands under a view, and what a screen reader says.

import { otherSide } from "./attention_map.js";
import { range } from "./elements.js";

export const FAINTEST = 0.005; // a weight below would be printed as 0.00, and its line could hardly be seen
const MOST_NAMED = 4;

export function decimals(number, digits = 2) {
  // A hyphen is easily overlooked, so a minus sign takes its place; a number that rounds to zero has neither.
  const text = number.toFixed(digits).replace("-", "\u2212");
  return /[1-9]/.test(text) ? text : text.replace("\u2212", "");
}

// A token as it can be read aloud and seen: blanks and line ends are shown, too.
export function visible(token) {
  return token.trim() === "" ? JSON.stringify(token).replaceAll(" ", "\u2423") : token;
}

export function quoted(token) {
  return `\u201c${visible(token)}\u201d`;
}

function headWords(heads) {
  return heads.length === 1 ? `head ${heads[0]}` : `mean of ${heads.length} heads`;
}

function meanWeights(map, layer, heads, token) {
  const perHead = heads.map((head) => map.weightsOf(layer, head, token));
  return perHead[0].map((_, index) => perHead.reduce((sum, weights) => sum + weights[index], 0) / heads.length);
}

// "book" attends to "livro" 0.62, "primeiro" 0.20 and 3 more.
export function sentenceAbout(map, layer, heads, token) {
  const others = map.tokens(otherSide(token.side));
  const weights = meanWeights(map, layer, heads, token);
  const order = range(others.length).filter((index) => weights[index] >= FAINTEST);
  order.sort((a, b) => weights[b] - weights[a]);
  const named = order.slice(0, MOST_NAMED).map((index) => `${quoted(others[index])} ${decimals(weights[index])}`);
  const verb = token.side === "row" ? "attends to" : "is attended to by";
  const rest = order.length > MOST_NAMED ? ` and ${order.length - MOST_NAMED} more` : "";
  const name = quoted(map.tokens(token.side)[token.index]);
  return `${name} ${verb} ${named.join(", ") || "nothing"}${rest} (layer ${layer}, ${headWords(heads)}).`;
}
