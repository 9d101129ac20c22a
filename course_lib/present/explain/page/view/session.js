// What the reader does with a translator, and what the model makes of it: a sentence, an output that grows word by word,
// parts that are switched off. `listeners` are told of every change.

import { MetWords } from "../data/met_words.js";
import { BOS, EOS, Tokenizer } from "../data/tokenizer.js";
import { beam_search, best_output } from "../generation/beam_search.js";
import { generate, likeliest } from "../generation/sampling.js";
import { load_model } from "../models/store.js";
import { softmax } from "../nn/vectors.js";

const LETTERS_FOR_A_TOKEN = 12; // more letters than that for each token of the context, and nobody need count

export class Session {
  constructor(contents) {
    this.contents = contents;
    this.model = load_model(contents);
    this.tokenizer = new Tokenizer(contents.tokenizer);
    this.met = contents.words && new MetWords(contents.words);
    this.listeners = [];
  }

  // Read a sentence and translate it. What can't be read says so in `problem`, and nothing else changes.
  read(sentence) {
    const { max_length } = this.model.config;
    const is_long = sentence.length > LETTERS_FOR_A_TOKEN * max_length;
    const source = is_long ? [] : this.tokenizer.encode(sentence);
    this.problem = null;
    if (!sentence.trim()) this.problem = "There is nothing to translate: the sentence is empty.";
    if (is_long || source.length > max_length) {
      const size = is_long ? `${sentence.length.toLocaleString("en")} letters` : `${source.length} tokens`;
      this.problem = `A sentence of ${size} is too long; the model reads ${max_length} tokens.`;
    }
    if (this.problem) return this.tell();
    this.missing = this.met ? this.met.missing(sentence) : [];
    Object.assign(this, { source, written: [], ended: false });
    return this.to_the_end();
  }

  // As in `generation.decoding`: twice the source and a few more, so that a model that has learnt nothing stops too.
  get longest() {
    return Math.min(this.model.config.max_length, 2 * this.source.length + 10);
  }

  get target() {
    return [BOS, ...this.written];
  }

  get source_words() {
    return this.source.map((id) => this.tokenizer.token(id));
  }

  get target_words() {
    return this.target.map((id) => this.tokenizer.token(id));
  }

  get output() {
    return this.tokenizer.decode(this.written);
  }

  get is_full() {
    return this.ended || this.target.length >= this.longest;
  }

  append(id) {
    if (this.is_full) return;
    if (id === EOS) this.ended = true;
    else this.written = [...this.written, id];
    this.compute();
  }

  next() {
    this.append(likeliest(this.logits));
  }

  // Only the first words of the output stay.
  back_to(length) {
    Object.assign(this, { written: this.written.slice(0, length), ended: false });
    this.compute();
  }

  back() {
    this.back_to(this.ended ? this.written.length : this.written.length - 1);
  }

  to_the_end() {
    const room = this.longest - this.target.length;
    const more = [...generate(this.model, this.model.new_cache(this.source), this.target, EOS, room)];
    Object.assign(this, { written: [...this.written, ...more], ended: more.length < room });
    this.compute();
  }

  compute() {
    this.look();
    this.tell();
  }

  // The whole forward pass: every box keeps what it saw, for the pictures.
  look() {
    const started = performance.now();
    this.logits = this.model.forward(this.source, this.target).at(-1);
    this.milliseconds = performance.now() - started;
    this.p = softmax(Float64Array.from(this.logits));
  }

  // Switch a head or a layer off, or on again; `off` is the set that its layer or its stack has for it.
  switch_off(off, number, is_off) {
    if (is_off) off.add(number);
    else off.delete(number);
    this.compute();
  }

  // Every set of what is off, and its name.
  get switches() {
    const { encoder, decoder } = this.model;
    const heads = (stack, name, kind) => stack.layers.map((layer, i) =>
      ({ off: layer[kind].off, name: `${name} layer ${i + 1}, ${kind.replace("_", "-")}, head` }));
    return [
      { off: encoder.off, name: "encoder layer" },
      { off: decoder.off, name: "decoder layer" },
      ...heads(encoder, "encoder", "self_attention"),
      ...heads(decoder, "decoder", "self_attention"),
      ...heads(decoder, "decoder", "cross_attention"),
    ];
  }

  get switched_off() {
    return this.switches.flatMap(({ off, name }) => [...off].sort().map((number) => `${name} ${number + 1}`));
  }

  all_on() {
    this.switches.forEach(({ off }) => off.clear());
    this.compute();
  }

  // What a greedy search makes of the whole sentence, as things are switched now.
  greedy() {
    const ids = [...generate(this.model, this.model.new_cache(this.source), [BOS], EOS, this.longest - 1)];
    this.look(); // what the boxes saw in the search is not what is shown
    return this.tokenizer.decode(ids);
  }

  beam(size) {
    const levels = [...beam_search(this.model, this.model.new_cache(this.source), BOS, EOS, size, this.longest)];
    this.look();
    return { levels, best: best_output(levels) };
  }

  tell() {
    this.listeners.forEach((listener) => listener());
  }
}
