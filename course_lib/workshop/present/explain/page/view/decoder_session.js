// A decoder at work: a prompt, and what it has written so far. A subclass says what the `prompt` is and which part of the
// model is the decoder, `llm`.

import { drawn, likeliest, probabilities } from "../generation/sampling.js";
import { Session } from "./session.js";

const MAX_NEW_TOKENS = 64;

export class DecoderSession extends Session {
  constructor(contents) {
    super(contents);
    this.sampling = { temperature: 1, top_k: null, top_p: null };
  }

  // The most tokens of a prompt, so that there is room for an answer.
  get room() {
    const { max_length } = this.llm.config;
    return Math.max(1, max_length - Math.min(MAX_NEW_TOKENS, max_length >> 1));
  }

  // Why a prompt is too long for an answer, or null.
  without_room({ length }) {
    if (length <= this.room) return null;
    return `A prompt of ${length} tokens is too long; there is room for ${this.room}, and for the answer.`;
  }

  get decoder() {
    return this.llm;
  }

  get tokens() {
    return [...this.prompt, ...this.written];
  }

  get output() {
    return this.written ? super.output : "";
  }

  get longest() {
    return Math.min(this.llm.config.max_length, this.prompt.length + MAX_NEW_TOKENS);
  }

  // Greedy, or a random choice with these settings.
  sample(settings) {
    this.sampling = settings;
    const chance = (logits) => drawn(probabilities(logits, settings), Math.random());
    this.choose = settings.is_random ? chance : likeliest;
  }

  // What each layer would say, if it were the last (the "logit lens"): logits for each place.
  lens(place) {
    const { llm } = this;
    return llm.seen.layers.map((x) => llm.logits(llm.norm.forward([x[place]]))[0]);
  }
}
