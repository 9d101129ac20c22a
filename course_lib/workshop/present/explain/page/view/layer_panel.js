// A layer as its boxes, in the order in which they work, with the numbers that the slides give them.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { ACTIVATIONS, relu } from "../nn/activations.js";
import { GatedFeedForward } from "../nn/gated_feed_forward.js";
import { RMSNorm } from "../nn/rms_norm.js";
import { painted, sequence } from "./heat.js";
import { about } from "./nouns.js";

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

const TITLES = {
  self_attention: "Multi-head attention",
  cross_attention: "Multi-head attention over the encoder's output",
  feed_forward: "Feed-forward network",
  addition: "Addition",
  normalization: "Normalization",
};

const SENTENCES = {
  self_attention:
    "Three linear layers make of each word's vector a query (what it looks for), a key (what it can be found by) and a " +
    "value (what it hands on). A word gathers the values of those words whose keys fit its query (self-attention): only " +
    "here do words hear of one another.",
  cross_attention:
    "Linear layers make queries of the words of the translation, keys and values of what the encoder has made of the " +
    "sentence. Here the translation looks at the source (cross-attention).",
};

const ACTIVATION_NAMES = { silu: "SiLU", gelu: "GELU", gelu_tanh: "GELU", quick_gelu: "QuickGELU" };
const GATED_NAMES = { SiLU: "SwiGLU", GELU: "GeGLU" };
const HIDDEN = "A linear layer to more numbers (the hidden layer), and one back, for each word on its own. ";

function about_feed_forward(feed_forward) {
  const { activation } = feed_forward;
  const name = ACTIVATION_NAMES[Object.keys(ACTIVATIONS).find((key) => ACTIVATIONS[key] === activation)];
  if (feed_forward instanceof GatedFeedForward) {
    const called = GATED_NAMES[name] ? ` (${GATED_NAMES[name]})` : "";
    return `Two linear layers of each word's vector x: a third maps their product back, down(${name}(gate(x)) · up(x))` +
      `${called}. ${name} makes nearly zero of a gate that is far below zero: there, nothing passes.`;
  }
  return HIDDEN + (activation === relu
    ? "Between them, ReLU: what is below zero becomes zero."
    : `Between them, ${name}: what is far below zero becomes nearly zero.`);
}

function about_norm(norm) {
  return norm instanceof RMSNorm
    ? "RMSNorm: each word's vector is divided so that the mean of its squares is 1, then multiplied by γ, which was trained."
    : "LayerNorm: each word's vector is moved to mean 0 and stretched to variance 1 (the mean of its squares), then " +
      "multiplied by γ, and β is added; both were trained.";
}

function about_addition(norm_first) {
  const came = norm_first ? "what came in before the normalization" : "what came into it";
  return `What the block has made is added to ${came} (residual connection). So a block only has to say what should change.`;
}

// What there is to say of a box; of some it depends on how the layer was made.
function sentence_of(kind, layer) {
  const { norm, norm_first } = layer.self_attention_add_norm;
  if (kind === "feed_forward") return about_feed_forward(layer.feed_forward);
  if (kind === "addition") return about_addition(norm_first);
  return kind === "normalization" ? about_norm(norm) : SENTENCES[kind];
}

// What comes into a box besides what the one before gives.
function also(kind, layer) {
  if (kind === "addition") return ", twice";
  if (kind !== "cross_attention") return "";
  const { cross_attention, cross_attention_add_norm } = layer;
  const normed = cross_attention_add_norm.norm_first ? ", normalized once more" : "";
  return `, and the encoder's output: a row for each of its ${cross_attention.seen.k[0].length} tokens${normed}`;
}

// `open` is the number of the box that is open; `detail` makes what stands below an attention.
export function layer_panel({ layer, words, noun, open, choose, detail }) {
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
  const [rows, width] = [box.gives.length, box.gives[0].length];
  const comes = `Comes in: ${shape(before ?? box)}${also(box.kind, layer)}. Goes out: ${shape(box)}, ${width} numbers in each of ${rows} rows.`;
  return element("div", {}, element("ol", { class: "boxes" }, ...cards),
    element("section", { class: "open-box" }, element("h3", {}, `${box.number}. ${TITLES[box.kind]}`),
      element("p", {}, about(noun, sentence_of(box.kind, layer)), " ", element("span", { class: "shape" }, comes)),
      ...detail(box), sequence(box.gives, words, "What goes out")));
}

// The hidden layer, and how much of it ReLU has made zero.
export function hidden_layer({ seen: { hidden }, activation }) {
  const zeros = hidden.reduce((count, row) => count + row.filter((value) => value === 0).length, 0);
  const share = Math.round((100 * zeros) / (hidden.length * hidden[0].length));
  const told = activation === relu ? `, ${share} % of them zero` : "";
  return element("figure", {}, painted(hidden),
    element("figcaption", {}, `The hidden layer: ${hidden.length} × ${hidden[0].length} numbers${told}.`));
}
