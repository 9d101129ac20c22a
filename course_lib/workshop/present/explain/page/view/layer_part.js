// A layer as a part of the walk: a switch for the whole, its boxes, and below what the open one computes.

import { element } from "../../../../viz/viewer_page/elements.js";
import { attention_panel } from "./attention_panel.js";
import { hidden_layer, layer_panel } from "./layer_panel.js";
import { switched_off } from "./switched_off.js";

// `words` ask, and are called by a `noun`; `columns(kind)` are asked; `extra` makes what else there is to say of an
// attention.
export function layer_part({ session, stack, i, words, columns, choice, choose, noun = "token", count = stack.layers.length, extra = () => [] }) {
  const layer = stack.layers[i];
  const box = element("input", { type: "checkbox", "data-key": "layer-off" });
  box.checked = !stack.off.has(i);
  box.addEventListener("change", () => session.switch_off(stack.off, !box.checked, i));
  const label = element("label", { class: "switch" }, box, `layer ${i + 1} of the ${count} that run is on`);
  if (stack.off.has(i)) return [label, ...switched_off(session), element("p", {}, "This layer is switched off: what comes in goes out unchanged.")];
  const order = layer.self_attention_add_norm.norm_first
    ? "Read the boxes row by row; each has the number that it has on the slide. This model normalizes before each block, " +
      "not behind it (pre-norm), so 3 comes before 1."
    : "Each box has the number that it has on the slide.";
  const detail = ({ kind }) => {
    if (kind === "feed_forward") return [hidden_layer(layer.feed_forward)];
    if (!kind.endsWith("attention")) return [];
    const attention = layer[kind];
    const panel = attention_panel({
      attention,
      noun,
      rows: words,
      columns: columns(kind),
      of: kind === "cross_attention" ? ["the translation’s ", "the sentence’s "] : ["", ""],
      choice,
      switch_off: (is_off, ...heads) => session.switch_off(attention.off, is_off, ...heads),
      show: choose,
      extra,
      told: () => switched_off(session),
    });
    return [panel];
  };
  const boxes = layer_panel({ layer, words, noun, open: choice.box, choose: (number) => choose({ box: number }), detail });
  const towards = layer.self_attention.seen.mask
    ? " Step by step, each row is turned into a guess of the token after it; the last row's guess is the one that is written."
    : "";
  const rows = `In the pictures a row is the vector of a ${noun}; blue is above zero, orange below, each picture on a scale of its own.${towards}`;
  return [label, element("p", { class: "quiet" }, `${order} ${rows}`), boxes];
}
