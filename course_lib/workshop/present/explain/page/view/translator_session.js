// A translator at work: a sentence, and its translation so far.

import { MetWords } from "../data/met_words.js";
import { BOS, EOS } from "../data/tokenizer.js";
import { beam_search, best_output } from "../generation/beam_search.js";
import { Session, switches_of } from "./session.js";

export class TranslatorSession extends Session {
  constructor(contents) {
    super(contents);
    this.met = contents.words && new MetWords(contents.words);
  }

  // Read a sentence and translate it. What can't be read says so in `problem`, and nothing else changes.
  read(sentence) {
    this.problem = this.trouble(sentence, (text) => this.tokenizer.encode(text));
    if (this.problem) return this.tell();
    this.missing = this.met ? this.met.missing(sentence) : [];
    return this.begin({ source: this.tokenizer.encode(sentence) });
  }

  get decoder() {
    return this.model.decoder;
  }

  get tokens() {
    return [BOS, ...this.written];
  }

  // As in `generation.decoding`: twice the source and a few more, so that a model that has learned nothing stops too.
  get longest() {
    return Math.min(this.model.config.max_length, 2 * this.source.length + 10);
  }

  get source_words() {
    return this.source.map((id) => this.tokenizer.token(id));
  }

  get switches() {
    const { encoder, decoder } = this.model;
    return [...switches_of(encoder, "encoder", "self_attention"),
      ...switches_of(decoder, "decoder", "self_attention", "cross_attention")];
  }

  new_cache() {
    return this.model.new_cache(this.source);
  }

  beam(size) {
    return this.aside(`beam ${size}`, () => {
      const levels = [...beam_search(this.model, this.new_cache(), BOS, EOS, size, this.longest)];
      return { levels, best: best_output(levels) };
    });
  }
}
