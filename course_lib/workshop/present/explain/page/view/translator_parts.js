// The guided walk through a translator, in the slides' order: for each part its slide, or null where it has
// none of its own, its lesson, two sentences, and what there is to see. `show` makes the elements, from the session and
// from what is chosen; `of_input` says that the output changes nothing of them.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { beam_tree } from "./beam_tree.js";
import { sequence } from "./heat.js";
import { layer_part } from "./layer_part.js";
import { LINEAR_AND_SOFTMAX, TIED, next_word } from "./next_word.js";
import { about_tokens, token_list, word_and_id } from "./tokens.js";

export function translator_parts({ model }) {
  const encoder_layers = model.encoder.layers.map((_, i) => layer_of("encoder", i));
  const decoder_layers = model.decoder.layers.map((_, i) => layer_of("decoder", i));
  return [whole, embedding_part("encoder"), ...encoder_layers, embedding_part("decoder"), ...decoder_layers, last, search];
}

const whole = {
  name: "The whole",
  slide: "Translator (Encoder-Decoder)",
  lesson: "encoder_decoder",
  text: "The encoder reads the whole sentence once; what it makes of it is the encoder's output. The decoder writes the " +
    "translation word by word, each from the encoder's output and from the words so far.",
  show: (session) => [
    token_list("The sentence, as the encoder gets it", session.source_words.map((word, i) =>
      element("div", {}, ...word_and_id(word, session.source[i])))),
    token_list("The translation so far, as the decoder gets it", session.words.map((word, i) => {
      const token = button("", { "data-key": `target-${i}` }, () => session.back_to(i));
      token.append(...word_and_id(word, session.tokens[i]));
      return token;
    })),
    about_tokens([...session.source_words, ...session.words],
      "Click one of the translation: what stands behind it is cut off, and you can choose what follows."),
    element("h3", {}, session.ended ? "The translation has ended" : "The next word"),
    next_word(session),
  ],
};

const last = {
  name: "Linear and softmax",
  slide: "Decoder",
  lesson: "encoder_decoder",
  text: LINEAR_AND_SOFTMAX,
  show: (session) => {
    const { d_model, norm_first } = session.model.config;
    const vector = `the vector of “${session.words.at(-1)}”${norm_first ? ", normalized once more" : ""}`;
    const shape = `Comes in: 1 × ${d_model}, ${vector}. Goes out: 1 × ${session.p.length} probabilities; the likeliest are these. ${TIED}`;
    return [element("p", { class: "shape" }, shape), next_word(session, 20)];
  },
};

const search = {
  name: "Beam search",
  of_input: true,
  slide: null,
  lesson: "searching_and_scoring",
  text: "Greedy search takes the likeliest token each time. Beam search follows the best few outputs at once (their number is " +
    "the beam width), and takes the one with the highest mean log-probability per token.",
  show: (session, choice, choose) => {
    const found = session.beam(choice.beam);
    const grown = Math.min(choice.grown ?? found.levels.length, found.levels.length);
    const sizes = [2, 3, 5].map((beam) =>
      button(String(beam), { class: "chip", "aria-pressed": beam === choice.beam, "data-key": `beam-${beam}` },
        () => choose({ beam, grown: null })));
    const step = (text, to, key) => {
      const made = button(text, { "data-key": key }, () => choose({ grown: to }));
      made.disabled = to < 1 || to > found.levels.length || to === grown;
      return made;
    };
    return [
      element("div", { class: "chips" }, "beam width:", ...sizes, step("From the start", 1, "grow-first"),
        step("One level more", grown + 1, "grow"), step("To the end", found.levels.length, "grow-last")),
      beam_tree(found, grown, session.tokenizer),
    ];
  },
};

function embedding_part(stack) {
  const is_encoder = stack === "encoder";
  return {
    name: is_encoder ? "Input embedding" : "Output embedding",
    of_input: is_encoder,
    slide: is_encoder ? "Encoder" : "Decoder",
    lesson: "encoder_decoder",
    text: "Each token has a vector that was trained, its embedding, and each place in the sentence a fixed one: sines and " +
      "cosines of the place, slower from left to right. Their sum is what the first layer gets.",
    show: (session) => {
      const { embedded, positions, x } = session.model[stack].seen;
      const words = is_encoder ? session.source_words : session.words;
      return [sequence(embedded, words, `1. Embedding, times √${x[0].length}`), sequence(positions, words, "2. Positional encoding"),
        sequence(x, words, "3. Addition")];
    },
  };
}

function layer_of(stack, i) {
  const is_encoder = stack === "encoder";
  return {
    name: `${is_encoder ? "Encoder" : "Decoder"} layer ${i + 1}`,
    of_input: is_encoder,
    slide: is_encoder ? "Encoder Layer" : "Decoder Layer",
    lesson: is_encoder ? "encoder_layer" : "decoder_layer",
    text: is_encoder
      ? "Six boxes: attention among the words of the sentence, and a feed-forward network, each with addition and " +
        "normalization. What goes in and out has the same shape, so layers can be stacked."
      : "Nine boxes: attention among the words so far (masked self-attention), attention over the encoder's output, and a feed-forward network, " +
        "each with addition and normalization. A word can't see those that come after it: the mask hides them.",
    show: (session, choice, choose) => {
      const words = is_encoder ? session.source_words : session.words;
      const columns = (kind) => (kind === "cross_attention" ? session.source_words : words);
      return layer_part({ session, stack: session.model[stack], i, words, columns, choice, choose });
    },
  };
}
