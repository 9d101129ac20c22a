// Tokens as a row of small cards: the word, and its id below.

import { element } from "../../../../viz/viewer_page/elements.js";

export function token_list(title, cards) {
  const items = cards.map((card) => element("li", {}, card));
  return element("section", {}, element("h3", {}, title), element("ol", { class: "tokens" }, ...items));
}

export function word_and_id(word, id) {
  return [element("span", { class: "token" }, word), element("span", { class: "id" }, String(id))];
}

// What the signs on the cards of these words mean.
export function about_tokens(words, more) {
  const bytes = words.some((word) => word.includes("\ufffd"))
    ? "A letter that the vocabulary lacks is cut into its bytes, each shown as \ufffd. "
    : "";
  const speaks = words.some((word) => word === "<user>") ? ", who speaks" : "";
  return element("p", { class: "quiet" }, "A token is a word or a part of one; ▁ stands for the space before it, the number is its " +
    "place in the vocabulary, the list of all tokens that the model knows. Tokens in <> are no text: <bos> (beginning of " +
    `sequence), <eos> (end of sequence)${speaks}. ${bytes}${more}`);
}
