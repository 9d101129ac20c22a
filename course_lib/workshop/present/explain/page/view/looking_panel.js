// Which patches are looked at before a word of the answer is written: a small picture for each head of each layer.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { patch_shares, percent, sum_of } from "./patch_grid.js";

export function looking_panel(session, choice, choose) {
  const { llm, picture, prompt, side, words, written } = session;
  if (!written.length) return [element("p", {}, "The model has written nothing yet.")];
  const chosen = Math.min(choice.place ?? first_that_turns(session), written.length - 1);
  const chips = words.slice(prompt.length).map((word, place) =>
    button(word, { class: "chip", "aria-pressed": place === chosen, "data-key": `answer-${place}` }, () => choose({ place })));
  const note = `Before “${words[prompt.length + chosen]}” is written: the redder a patch, the more of the head's weight lies on ` +
    "it. The percentage is what lies on the picture, the rest lies on the text; red is drawn by the square root, so that little is seen, too.";
  const maps = looks(session, chosen).map(({ layer, head, shares }) => {
    const told = `layer ${layer + 1}, head ${head + 1}: ${percent(sum_of(shares))}`;
    return element("figure", {}, patch_shares({ canvas: picture.canvas, side, shares }), element("figcaption", {}, told));
  });
  return [element("h3", {}, "A word of the answer"), element("div", { class: "chips" }, ...chips), element("p", {}, note),
    element("div", { class: "looks", style: `--heads: ${llm.config.num_heads}` }, ...maps)];
}

// For each head of the layers that are on: its weights on the patches before the word at a place of the answer.
function looks(session, place) {
  const { llm, prompt } = session;
  const asks = prompt.length + place - 1; // what this token hears decides on the word
  const on_patches = (weights) => weights[asks].filter((_, i) => session.place_of(i) >= 0);
  return llm.layers.flatMap(({ self_attention: { seen } }, layer) =>
    (llm.off.has(layer) ? [] : seen.weights.map((weights, head) => ({ layer, head, shares: on_patches(weights) }))));
}

// The first token of the answer that is another with the other picture.
function first_that_turns(session) {
  const [, text] = session.answers_by_picture();
  const others = session.tokenizer.encode(text);
  return Math.max(0, session.written.findIndex((id, i) => id !== others[i]));
}
