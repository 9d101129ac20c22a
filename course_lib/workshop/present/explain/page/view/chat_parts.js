// The guided walk through a modern decoder, in the slides' order; see `translator_parts`.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { ranked } from "../generation/sampling.js";
import { softmax } from "../nn/vectors.js";
import { cache_panel } from "./cache_panel.js";
import { sequence } from "./heat.js";
import { layer_part } from "./layer_part.js";
import { LINEAR_AND_SOFTMAX, TIED, next_word } from "./next_word.js";
import { rotation } from "./rotation.js";
import { sampling_panel } from "./sampling_panel.js";
import { about_tokens, token_list, word_and_id } from "./tokens.js";

export function chat_parts({ model }) {
  return [tokens, embedding, ...model.layers.map((_, i) => llm_layer_part(model.config, i)), words_part, sampling, cache, lens];
}

const tokens = {
  name: "The tokens",
  slide: "Chat (Decoder-only)",
  lesson: "chat",
  text: "A conversation is one sequence of tokens: who speaks is a token, too, and so is the end of what was said. The " +
    "model only goes on with the text, one token at a time.",
  show: (session) => [
    token_list("What the model gets", session.words.map((word, i) => card(session, word, i))),
    about_tokens(session.words, "The last ones, with a frame, were written by the model. Click one: what stands behind it is cut off, and you can choose what follows."),
    element("h3", {}, session.ended ? "The answer has ended" : "The next word"),
    next_word(session),
  ],
};

function card(session, word, i) {
  const id = session.tokens[i];
  const place = i - session.prompt.length;
  if (place >= 0) {
    const made = button("", { class: "written", "data-key": `written-${place}` }, () => session.back_to(place + 1));
    made.append(...word_and_id(word, id));
    return made;
  }
  const kind = session.tokenizer.special_tokens.has(id) ? "special" : "given";
  return element("div", { class: kind }, ...word_and_id(word, id));
}

const embedding = {
  name: "Embedding",
  slide: "NoPE + RoPE",
  lesson: "rope",
  text: "Each token has a vector that was trained, its embedding. No positional encoding is added: where a token stands comes " +
    "in at each attention, when queries and keys are turned.",
  show: (session) => [sequence(session.model.seen.x, session.words, "Embedding")],
};

export function llm_layer_part({ window_sizes, num_heads, num_kv_heads }, i) {
  const window = window_sizes[i];
  const seen = window === null
    ? "Each token sees itself and all tokens before it"
    : `Each token sees ${window} tokens, itself and those just before it`;
  const shared = num_heads === num_kv_heads
    ? "each head has queries, keys and values of its own."
    : `${num_heads} heads of queries share ${num_kv_heads} of keys and values, so the cache holds 1 / ${num_heads / num_kv_heads} of ` +
      "the numbers (grouped-query attention).";
  return {
    name: `Layer ${i + 1}`,
    slide: window === null ? "Attention Variants & Alternatives: Beyond Plain Transformers" : "Sliding Window Attention (SWA)",
    lesson: window === null ? "modern_decoder" : "swa",
    text: `${seen}; ${shared} Two boxes differ from the encoder layer's: the normalization takes no mean away (RMSNorm), which is ` +
      "less to compute, and the feed-forward network has a gate.",
    show: (session, choice, choose) => {
      const { llm, words } = session;
      const extra = ({ q, k }, { head, query, key }) =>
        [rotation({ rotary: llm.rotary_of(i), q: q[head][query], k: k[head][key], query, key, last: llm.config.max_length - 1 })];
      return layer_part({ session, stack: llm, i, words, columns: () => words, choice, choose, extra });
    },
  };
}

export const words_part = {
  name: "Linear and softmax",
  slide: "Chat (Decoder-only)",
  lesson: "chat",
  text: LINEAR_AND_SOFTMAX,
  show: (session) => [
    element("p", { class: "shape" }, `Comes in: 1 × ${session.llm.config.d_model}, the vector of ` +
      `“${session.words.at(-1)}”. Goes out: 1 × ${session.p.length} probabilities; the likeliest are these.${session.llm.config.tied ? ` ${TIED}` : ""}`),
    next_word(session, 20),
  ],
};

export const sampling = {
  name: "Sampling",
  slide: null,
  lesson: "chat",
  text: "Each score is divided by the temperature before the softmax; top-k keeps the k likeliest tokens, top-p the likeliest " +
    "that together reach the probability p. Where one token has nearly all of it, little changes: try “Least certain word”.",
  show: (session, choice, choose) => sampling_panel(session, (settings) => {
    session.sample(settings);
    choose({});
  }),
};

export const cache = {
  name: "The cache",
  slide: "KV Caching",
  lesson: "kv_cache",
  text: "A token's key and value depend on this token and those before it, never on later ones: they are computed once and " +
    "kept. Each new token takes one vector through the layers, and adds a row.",
  show: cache_panel,
};

export const lens = {
  name: "Logit lens",
  slide: null,
  lesson: "modern_decoder",
  text: "What would each layer say, if it were the last? Its vector goes through the last normalization and the linear " +
    "layer, which gives the logits, and the likeliest tokens stand here.",
  show: (session, choice, choose) => {
    const place = Math.min(choice.place ?? Infinity, session.words.length - 1);
    const chips = session.words.map((word, i) =>
      button(word, { class: "chip", "aria-pressed": i === place, "data-key": `place-${i}` }, () => choose({ place: i })));
    const rows = session.lens(place).map((logits, i) => {
      const p = softmax(logits);
      const words = ranked(p).slice(0, 4).map((id) => `${session.tokenizer.token(id)} ${(100 * p[id]).toFixed(0)} %`);
      return element("tr", {}, element("th", { scope: "row" }, `layer ${i + 1}`),
        ...words.map((word) => element("td", {}, word)));
    });
    const table = element("table", {}, element("tbody", {}, ...rows));
    const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": "likeliest words after each layer" };
    return [element("h3", {}, "After the token"), element("div", { class: "chips" }, ...chips),
      element("h3", {}, "The likeliest next tokens, by layer"), element("div", scroll, table)];
  },
};
