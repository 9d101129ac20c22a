// The probabilities of the next word: a bar for each of the likeliest, and a click writes it.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { ranked } from "../generation/sampling.js";

const MOST = 8;

export const LINEAR_AND_SOFTMAX = "A linear layer makes a score of each token of the vocabulary (its logit): a weighted sum of all " +
  "numbers of the vector, with trained weights. The softmax makes probabilities of the scores, e^score divided by the sum of " +
  "all e^score: they are positive and sum to 1.";

export const TIED = "The linear layer's weights are the embeddings of all tokens once more.";

export function next_word(session, most = MOST) {
  const rows = ranked(session.p).slice(0, most).map((id) => {
    const bar = element("span", { class: "bar", style: `--share: ${session.p[id]}`, "aria-hidden": "true" });
    const choice = button("", { class: "word", "data-key": `word-${id}` }, () => session.append(id));
    choice.append(element("span", { class: "token" }, session.tokenizer.token(id)), " ", bar, element("span", {}, share(session.p[id])));
    choice.disabled = session.is_full;
    return element("li", {}, choice);
  });
  const hint = session.is_full
    ? "The text has ended. Press “Back”, “Start again” or “Least certain word”, then click a word."
    : "Click a word to write it instead of the likeliest.";
  return element("div", {}, element("p", { class: "quiet" }, hint), element("ol", { class: "next-words" }, ...rows));
}

// A probability in per cent; what is not zero is not shown as zero.
export function share(p) {
  return p > 0 && p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`;
}
