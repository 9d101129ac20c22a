// The probabilities of the next word: a bar for each of the likeliest, and a click writes it.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { ranked } from "../generation/sampling.js";

const MOST = 8;

export function next_word(session, most = MOST) {
  const rows = ranked(session.p).slice(0, most).map((id) => {
    const share = `${(100 * session.p[id]).toFixed(1)} %`;
    const bar = element("span", { class: "bar", style: `--share: ${session.p[id]}`, "aria-hidden": "true" });
    const choice = button("", { class: "word", "data-key": `word-${id}` }, () => session.append(id));
    choice.append(element("span", { class: "token" }, session.tokenizer.token(id)), " ", bar, element("span", {}, share));
    choice.disabled = session.is_full;
    return element("li", {}, choice);
  });
  return element("ol", { class: "next-words" }, ...rows);
}
