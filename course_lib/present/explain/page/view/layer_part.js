// A layer as a part of the walk: a switch for the whole, its boxes, and below what the open one computes.

import { element } from "../../../../viz/viewer_page/elements.js";
import { attention_panel } from "./attention_panel.js";
import { hidden_layer, layer_panel } from "./layer_panel.js";

// `words` ask, and are called by a `noun`; `columns(kind)` are asked; `extra` makes what else there is to say of an
// attention.
export function layer_part({ session, stack, i, words, columns, choice, choose, noun = "word", extra = () => [] }) {
  const layer = stack.layers[i];
  const box = element("input", { type: "checkbox", "data-key": "layer-off" });
  box.checked = !stack.off.has(i);
  box.addEventListener("change", () => session.switch_off(stack.off, i, !box.checked));
  const on = element("label", { class: "switch" }, box, `layer ${i + 1} of ${stack.layers.length} is on`);
  if (stack.off.has(i)) return [on, element("p", {}, "This layer is switched off: what comes in goes out unchanged.")];
  const order = layer.self_attention_add_norm.norm_first
    ? "The numbers are the slide's. This model normalizes before each block, not behind it, so 3 comes before 1."
    : "The numbers are the slide's.";
  const detail = ({ kind }) => {
    if (kind === "feed_forward") return [hidden_layer(layer.feed_forward)];
    if (!kind.endsWith("attention")) return [];
    const attention = layer[kind];
    const panel = attention_panel({
      attention,
      noun,
      rows: words,
      columns: columns(kind),
      choice,
      switch_off: (head, is_off) => session.switch_off(attention.off, head, is_off),
      show: choose,
      extra,
    });
    return [panel];
  };
  const boxes = layer_panel({ layer, words, noun, open: choice.box, choose: (number) => choose({ box: number }), detail });
  const towards = layer.self_attention.seen.mask
    ? " Each row is on its way to the word that comes next: that of the last word becomes the guess."
    : "";
  const rows = `In the pictures a row is the vector of a ${noun}; blue is above zero, orange below.${towards}`;
  return [on, element("p", { class: "quiet" }, `${order} ${rows}`), boxes];
}
