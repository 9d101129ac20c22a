// A layer as its boxes, in the order in which they work, with the numbers that the slides give them.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { painted, sequence } from "./heat.js";

// The boxes of a layer: what each takes and gives. Where the norm comes first, it stands before its block.
export function boxes_of(layer) {
  const blocks = ["self_attention", "cross_attention", "feed_forward"].filter((name) => layer[name]);
  return blocks.flatMap((name, place) => {
    const { seen, norm_first } = layer[`${name}_add_norm`];
    const block = { number: 3 * place + 1, kind: name, gives: seen.made };
    const addition = { number: 3 * place + 2, kind: "addition", gives: seen.sum };
    const normalization = { number: 3 * place + 3, kind: "normalization", gives: seen.normed };
    return norm_first ? [normalization, block, addition] : [block, addition, normalization];
  });
}

export const TITLES = {
  self_attention: "Multi-head attention",
  cross_attention: "Multi-head attention over the encoder's output",
  feed_forward: "Feed-forward network",
  addition: "Addition",
  normalization: "Normalization",
};

export const SENTENCES = {
  self_attention:
    "Each word asks all words that it may see, and gathers their values by its weights. This is the only kind of box " +
    "where words hear of one another.",
  cross_attention:
    "Queries come from the words of the translation, keys and values from what the encoder has made of the sentence. " +
    "Here the translation looks at the source.",
  feed_forward:
    "One hidden layer with ReLU, then one linear layer, for each word on its own. What is below zero in the hidden " +
    "layer becomes zero.",
  addition:
    "What the block has made is added to what came in. So a block only has to say what should change.",
  normalization:
    "Each word's vector is moved to mean 0 and stretched to variance 1, then scaled as trained. The picture shows it " +
    "after that.",
};

// `open` is the number of the box that is open; `detail` makes what stands below an attention.
export function layer_panel({ layer, words, open, choose, detail }) {
  const boxes = boxes_of(layer);
  const shape = ({ gives }) => `${gives.length} × ${gives[0].length}`;
  const cards = boxes.map((box) => {
    const attributes = { class: `box ${box.kind}`, "aria-pressed": box.number === open, "data-key": `box-${box.number}` };
    const card = button("", attributes, () => choose(box.number));
    card.append(element("span", { class: "name" }, `${box.number}. ${TITLES[box.kind]}`), painted(box.gives),
      element("span", { class: "shape" }, shape(box)));
    return element("li", {}, card);
  });
  const box = boxes.find(({ number }) => number === open) ?? boxes[0];
  const before = boxes[boxes.indexOf(box) - 1];
  const comes = `Comes in: ${before ? shape(before) : shape(box)}. Goes out: ${shape(box)}.`;
  return element("div", {}, element("ol", { class: "boxes" }, ...cards),
    element("section", { class: "open-box" }, element("h3", {}, `${box.number}. ${TITLES[box.kind]}`),
      element("p", {}, SENTENCES[box.kind], " ", element("span", { class: "shape" }, comes)),
      ...detail(box), sequence(box.gives, words, "What goes out")));
}

// How much of the hidden layer is zero.
export function hidden_layer({ seen }) {
  const values = seen.hidden.flatMap((row) => Array.from(row));
  const silent = values.filter((value) => value === 0).length;
  return element("figure", {}, painted(seen.hidden), element("figcaption", {},
    `The hidden layer: ${seen.hidden.length} × ${seen.hidden[0].length} numbers, ` +
    `${Math.round((100 * silent) / values.length)} % of them zero.`));
}
