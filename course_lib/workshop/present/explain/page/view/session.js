// What the reader does with a model, and what it makes of it: an output that grows word by word, and parts that are
// switched off. `listeners` are told of every change.
//
// What a subclass says: `tokens`, all that the `decoder` gets, of which the last ones were `written`; `longest`, the most
// of them; `new_cache()`, and `switches`.

import { EOS, Tokenizer } from "../data/tokenizer.js";
import { generate, likeliest } from "../generation/sampling.js";
import { load_model } from "../models/store.js";
import { softmax } from "../nn/vectors.js";
import { longer } from "./longer.js";

const LETTERS_FOR_A_TOKEN = 12; // more letters than that for each token of the context, and nobody need count

export class Session {
  constructor(contents) {
    this.contents = contents;
    this.model = load_model(contents);
    this.tokenizer = new Tokenizer(contents.tokenizer);
    this.listeners = [];
    this.made = new Map();
    this.choose = likeliest;
  }

  // Why a text can't be read, or null.
  trouble(text, ids_of) {
    const { max_length } = this.model.config;
    if (!text.trim()) return "There is nothing to read: the text is empty.";
    const is_long = text.length > LETTERS_FOR_A_TOKEN * max_length;
    const size = is_long ? text.length : ids_of(text).length;
    if (!is_long && size <= max_length) return null;
    const units = is_long ? "letters" : "tokens";
    return `A text of ${size.toLocaleString("en")} ${units} is too long; the model reads ${max_length} tokens.`;
  }

  // Write anew, about this input.
  begin(input) {
    Object.assign(this, input, { written: [], ended: false });
    this.made.clear();
    this.to_the_end();
  }

  // The text before what is written.
  get start() {
    return this.tokens.slice(0, this.tokens.length - this.written.length);
  }

  // What depends on input and switches alone is made once.
  once(name, make) {
    if (!this.made.has(name)) this.made.set(name, make());
    return this.made.get(name);
  }

  // The same, where the model runs for it: then the boxes show again what they saw of the output.
  aside(name, run) {
    return this.once(name, () => {
      const result = run();
      this.look();
      return result;
    });
  }

  get words() {
    return this.tokens.map((id) => this.tokenizer.token(id));
  }

  get output() {
    return this.tokenizer.decode(this.written);
  }

  get is_full() {
    return this.ended || this.tokens.length >= this.longest;
  }

  append(id) {
    if (this.is_full) return;
    if (id === EOS) this.ended = true;
    else {
      this.written = [...this.written, id];
      this.read_on();
    }
    this.tell();
  }

  next() {
    this.append(this.choose(this.logits));
  }

  // Only the first words of the output stay.
  back_to(length) {
    Object.assign(this, { written: this.written.slice(0, length), ended: false });
    this.compute();
  }

  back() {
    this.back_to(this.ended ? this.written.length : this.written.length - 1);
  }

  // Before that word of the output that had the least probability.
  back_to_least_certain() {
    const shares = [];
    const follow = (logits) => {
      const id = this.written[shares.length] ?? EOS;
      shares.push(softmax(Float64Array.from(logits))[id]);
      return id;
    };
    Array.from(generate(this.model, this.new_cache(), this.start, EOS, this.written.length + Number(this.ended), follow));
    this.back_to(shares.indexOf(Math.min(...shares)));
  }

  to_the_end() {
    const room = this.longest - this.tokens.length;
    const more = [...generate(this.model, this.new_cache(), this.tokens, EOS, room, this.choose)];
    Object.assign(this, { written: [...this.written, ...more], ended: more.length < room });
    this.compute();
  }

  compute() {
    this.look();
    this.tell();
  }

  // The whole forward pass: every box keeps what it saw, for the pictures.
  look() {
    this.guess(() => {
      this.cache = this.new_cache();
      return this.model.next_logits(this.tokens, this.cache);
    });
  }

  // The last token alone, by the cache.
  read_on() {
    this.guess(() => longer(this.decoder, () => this.model.next_logits(this.tokens.slice(-1), this.cache)));
  }

  guess(run) {
    const started = performance.now();
    this.logits = run();
    this.milliseconds = performance.now() - started;
    this.p = softmax(Float64Array.from(this.logits));
  }

  // Switch heads or layers off, or on again; `off` is the set that their layer or their stack has for them.
  switch_off(off, is_off, ...numbers) {
    numbers.forEach((number) => (is_off ? off.add(number) : off.delete(number)));
    this.switched();
  }

  get switched_off() {
    return this.switches.filter(({ off }) => off.size).map(({ off, name }) =>
      `${name}${off.size > 1 ? "s" : ""} ${[...off].sort().map((number) => number + 1).join(", ")}`);
  }

  all_on() {
    this.switches.forEach(({ off }) => off.clear());
    this.switched();
  }

  switched() {
    this.made.clear();
    this.compute();
  }

  // What the model writes by itself from the start, as things are switched now.
  anew() {
    return this.aside("anew", () => this.greedy());
  }

  // The same with all switched on.
  intact() {
    return this.aside("intact", () => {
      const off = this.switches.map((one) => [one.off, [...one.off]]);
      off.forEach(([set]) => set.clear());
      this.made.clear();
      const text = this.greedy();
      off.forEach(([set, numbers]) => numbers.forEach((number) => set.add(number)));
      this.made.clear();
      return text;
    });
  }

  greedy() {
    const room = this.longest - this.start.length;
    return this.tokenizer.decode([...generate(this.model, this.new_cache(), this.start, EOS, room)]);
  }

  tell() {
    this.listeners.forEach((listener) => listener());
  }
}

// The switches of a stack of layers, and of the heads of one kind of attention in each.
export function switches_of(stack, name, ...kinds) {
  const heads = stack.layers.flatMap((layer, i) => kinds.map((kind) =>
    ({ off: layer[kind].off, name: `${name} layer ${i + 1}, ${kind.replace("_", "-")}, head`.trim() })));
  return [{ off: stack.off, name: `${name} layer`.trim() }, ...heads];
}
