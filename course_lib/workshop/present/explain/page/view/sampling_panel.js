// Temperature, top-k and top-p on the distribution of the next word.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { probabilities, ranked } from "../generation/sampling.js";
import { share } from "./next_word.js";

const CHOICES = {
  temperature: [0.3, 0.7, 1, 1.5, 3],
  top_k: [null, 1, 3, 10],
  top_p: [null, 0.5, 0.9, 0.99],
};
const MOST_SHOWN = 12; // words that are shown

export function sampling_panel(session, change) {
  const { sampling } = session;
  const groups = Object.entries(CHOICES).map(([name, values]) => {
    const chips = values.map((value) => button(value === null ? "all" : String(value), {
      class: "chip",
      "aria-pressed": value === sampling[name],
      "data-key": `${name}-${value}`,
    }, () => change({ ...sampling, [name]: value })));
    return element("div", { class: "chips", role: "group", "aria-label": name }, `${name.replace("_", "-")}:`, ...chips);
  });
  const is_random = element("input", { type: "checkbox", "data-key": "random" });
  is_random.checked = Boolean(sampling.is_random);
  is_random.addEventListener("change", () => change({ ...sampling, is_random: is_random.checked }));
  const label = element("label", { class: "switch" }, is_random, "“Next word” and “To the end” draw from it, in all parts; without this, they take the likeliest");
  return [...groups, label, distribution(session, probabilities(session.logits, sampling))];
}

function distribution({ p, tokenizer }, drawn_from) {
  const rows = ranked(p).slice(0, MOST_SHOWN).map((id) => {
    const bar = (p) => element("span", { class: "bar", style: `--share: ${p}`, "aria-hidden": "true" });
    const cell = (p) => element("td", { class: "weight" }, bar(p), share(p));
    return element("tr", {}, element("th", { scope: "row" }, tokenizer.token(id)), cell(p[id]), cell(drawn_from[id]));
  });
  const titles = ["word", "the model's own", "drawn from"];
  const header = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": "distributions" };
  return element("div", scroll, element("table", {}, element("thead", {}, header), element("tbody", {}, ...rows)));
}
