// The guided walk through a model that sees, in the slides' order; see `translator_parts`.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { cache, lens, llm_layer_part, sampling, words_part } from "./chat_parts.js";
import { exchange_panel } from "./exchange_panel.js";
import { sequence } from "./heat.js";
import { layer_part } from "./layer_part.js";
import { looking_panel } from "./looking_panel.js";
import { next_word } from "./next_word.js";
import { patch_buttons, patch_shares, percent, place_of, square_of, sum_of } from "./patch_grid.js";
import { about_tokens, token_list, word_and_id } from "./tokens.js";

// What the slide calls the forms of a question.
export const FORMS = { normal: "Normal prompt", ambiguous: "Ambiguous prompt", word: "Formatting prompt" };

const ARCHITECTURE = "Multimodal Vision Language Models";
const INFERENCE = "Multimodal Vision Language Models Inference";

const CONNECTOR_NAMES = {
  linear: "one linear layer",
  mlp: "two linear layers with GELU between them (an MLP), the same for each patch",
  "pixel shuffle": "two linear layers with GELU between them (an MLP), for squares of 2 × 2 patches",
};

export function vlm_parts({ model }) {
  const depth = model.vision.depth(model.config.vision_layer);
  const vision_layers = model.vision.layers.slice(0, depth).map((_, i) => vision_layer_part(i, depth));
  const layers = model.text.layers.map((_, i) => llm_layer_part(model.config.text, i));
  return [picture_and_question, patches, ...vision_layers, connector, among_words, ...layers, words_part, looking,
    exchange, forms, sampling, cache, lens];
}

const picture_and_question = {
  name: "Picture and question",
  slide: ARCHITECTURE,
  lesson: "vision_language_model",
  text: "The picture becomes a few vectors, one for each patch, and these stand in the text like words. The language " +
    "model reads all of it as one sequence, and writes the answer token by token.",
  show: (session) => [
    token_list("What the language model gets", session.words.map((word, i) => token_card(session, word, i))),
    about_tokens(session.words, "The last ones, with a frame, were written by the model. Click one: what stands behind it is cut off, and you can choose what follows."),
    element("h3", {}, session.ended ? "The answer has ended" : "The next word"),
    next_word(session),
  ],
};

function token_card(session, word, i) {
  const { picture, other, exchanged, side, template } = session;
  const id = session.tokens[i];
  const written = i - session.prompt.length;
  if (written >= 0) {
    const made = button("", { class: "written", "data-key": `written-${written}` }, () => session.back_to(written + 1));
    made.append(...word_and_id(word, id));
    return made;
  }
  if (id !== template.image_id) {
    return element("div", { class: session.tokenizer.special_tokens.has(id) ? "special" : "given" }, ...word_and_id(word, id));
  }
  const place = session.place_of(i);
  const { canvas } = exchanged.has(place) ? other : picture;
  return element("div", { class: "given" }, square_of(canvas, side, place), element("span", { class: "id" }, word));
}

const patches = {
  name: "Patches",
  of_input: true,
  slide: "Vision Transformers Basics",
  lesson: "vision_transformer",
  text: "The picture is cut into squares. Each is flattened to one long list of numbers, and the same linear layer (weighted sums, " +
    "with trained weights) makes a vector of each; then a trained vector for its place is added.",
  show: (session, choice, choose) => {
    const { model, picture } = session;
    const { seen } = model.vision;
    const cut = model.vision.patches.seen.patches;
    const side = Math.sqrt(cut.length);
    const place = Math.min(choice.place ?? 0, cut.length - 1);
    const is_pressed = (one) => one === place;
    const { patch_size } = model.config.vision;
    const grid = patch_buttons({ canvas: picture.canvas, side, key: "patch", is_pressed, choose: (place) => choose({ place }) });
    const told = `${place_of(place, side)}: ${patch_size} × ${patch_size} pixels in 3 colors, so ${cut[place].length} ` +
      `numbers; the linear layer makes ${seen.embedded[0].length} of them.`;
    const words = vision_words(session);
    const named = model.vision.class_token.length
      ? [element("p", { class: "quiet" }, "The first row is no patch but the class token, a trained vector. It was trained to stand " +
        "for the whole picture; the language model does not get it.")]
      : [];
    return [element("div", { class: "beside" }, grid, square_of(picture.canvas, side, place)), element("p", {}, told), ...named,
      sequence(seen.embedded, words, `1. ${model.vision.class_token.length ? "Class token, and the linear layer's " : "The linear layer's "}` +
        `${cut.length} rows`), sequence(seen.positions, words, "2. Places"),
      sequence(seen.x, words, "3. Addition")];
  },
};

function vision_words({ model }) {
  const { class_token, seen } = model.vision;
  return seen.x.map((_, i) => (i < class_token.length ? "class" : `patch ${i + 1 - class_token.length}`));
}

function vision_layer_part(i, count) {
  return {
    name: `Vision layer ${i + 1}`,
    of_input: true,
    slide: "Vision Transformers Basics",
    lesson: "vision_transformer",
    text: "The same six boxes as in the encoder layer, for patches instead of words. Each patch may look at all others, " +
      "before and behind it: there is no mask.",
    show: (session, choice, choose) => {
      const words = vision_words(session);
      const first = session.model.vision.class_token.length;
      const extra = ({ weights }, { head, query }) =>
        [shares_over(session, weights[head][query].slice(first), `Where “${words[query]}” looks`)];
      const { vision: stack } = session.model;
      return layer_part({ session, stack, i, words, noun: "patch", count, columns: () => words, choice, choose, extra });
    },
  };
}

// Weights over the picture, for one word that asks.
function shares_over({ picture }, shares, title) {
  const side = Math.sqrt(shares.length);
  return element("section", {}, element("h4", {}, title), patch_shares({ canvas: picture.canvas, side, shares }),
    element("p", { class: "quiet" }, `${percent(sum_of(shares))} of its weight is on the picture; the redder, the more.`));
}

const connector = {
  name: "Connector",
  of_input: true,
  slide: ARCHITECTURE,
  lesson: "vision_language_model",
  text: "What the vision layers have made of each patch is as wide as they are. The connector maps it to a vector as wide " +
    "as the embeddings of tokens: a visual token.",
  show: ({ model }) => {
    const named = (rows) => rows.map((_, i) => `patch ${i + 1}`);
    const { features, visual } = model.seen;
    const [depth, count] = [model.vision.depth(model.config.vision_layer), model.vision.layers.length];
    const left_out = depth < count
      ? ` There are ${count} vision layers: it reads what the first ${depth} have made, the rest does not run (its weights are counted above).`
      : "";
    const note = element("p", { class: "quiet" }, `This one is ${CONNECTOR_NAMES[model.config.connector.kind]}.${left_out}`);
    return [note, sequence(features, named(features), "What the vision layers give"), sequence(visual, named(visual), "Visual tokens")];
  },
};

const among_words = {
  name: "Among the words",
  slide: ARCHITECTURE,
  lesson: "vision_language_model",
  text: "Visual tokens take the places that the <image> tokens have kept for them, among the embeddings of the text. From here on " +
    "the language model treats all rows alike: nothing marks those that were text.",
  show: ({ llm, words }) => [sequence(llm.seen.x, words, "What the language model reads")],
};

const looking = {
  name: "Where it looks",
  slide: INFERENCE,
  lesson: "inference_and_alignment",
  text: "Before it writes a token, each head of each layer looks back at picture and text. Where the weight lies is a hint at " +
    "where an answer comes from, and no proof: for that, exchange the patches (next part).",
  show: looking_panel,
};

const exchange = {
  name: "Exchange patches",
  of_input: true,
  slide: INFERENCE,
  lesson: "inference_and_alignment",
  text: "Some of the visual tokens are taken from another picture, at the same places, and the same question is asked " +
    "again (activation patching). If the answer becomes the other picture's, these tokens carry what decides it.",
  show: exchange_panel,
};

const forms = {
  name: "Three forms",
  of_input: true,
  slide: INFERENCE,
  lesson: "inference_and_alignment",
  text: "The same question in the three forms of the slide. Nothing in the architecture knows of forms; what the model does " +
    "with them, it has from its training.",
  show: (session) => {
    const rows = session.answers_by_form().map(({ form, asked, text }) => element("tr", {},
      element("th", { scope: "row" }, FORMS[form]), element("td", {}, asked), element("td", {}, element("q", { lang: "en" }, text))));
    const header = element("tr", {}, ...["form", "what the model reads", "what it answers"].map((title) =>
      element("th", { scope: "col" }, title)));
    const table = element("table", { class: "texts" }, element("thead", {}, header), element("tbody", {}, ...rows));
    return [element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "answers" }, table)];
  },
};
