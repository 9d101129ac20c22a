// A decoder at work: a conversation, or a text to go on with where the model knows no roles, and the answer so far.

import { ChatTemplate } from "../data/chat.js";
import { BOS } from "../data/tokenizer.js";
import { drawn, likeliest, probabilities } from "../generation/sampling.js";
import { Session, switches_of } from "./session.js";

const MAX_NEW_TOKENS = 64;

export class ChatSession extends Session {
  constructor(contents) {
    super(contents);
    this.template = this.tokenizer.special.has("<assistant>") ? new ChatTemplate(this.tokenizer) : null;
    this.messages = [];
    this.sampling = { temperature: 1, top_k: null, top_p: null };
  }

  // Say something, and let the model answer. What can't be read says so in `problem`, and nothing else changes.
  say(text) {
    const user = { role: "user", content: text };
    this.problem = this.trouble(text, () => this.ids_of([user])) ?? this.without_room(user);
    if (this.problem) return this.tell();
    const before = this.template ? this.with_answer : [];
    this.messages = this.kept([...before, user]);
    Object.assign(this, { prompt: this.ids_of(this.messages), written: [], ended: false });
    return this.to_the_end();
  }

  forget() {
    Object.assign(this, { messages: [], written: [] });
  }

  // The conversation with what the model has written so far.
  get with_answer() {
    return this.output ? [...this.messages, { role: "assistant", content: this.output }] : [];
  }

  kept(messages) {
    return this.template ? this.template.fit_context(messages, this.room) : messages;
  }

  ids_of(messages) {
    if (this.template) return this.template.prompt(messages);
    return [BOS, ...this.tokenizer.encode(messages[0].content).slice(0, -1)];
  }

  // The most tokens of a prompt, so that there is room for an answer.
  get room() {
    const { max_length } = this.model.config;
    return Math.max(1, max_length - Math.min(MAX_NEW_TOKENS, max_length >> 1));
  }

  without_room(message) {
    const length = this.ids_of([message]).length;
    if (length <= this.room) return null;
    return `A prompt of ${length} tokens is too long; there is room for ${this.room}, and for the answer.`;
  }

  get tokens() {
    return [...this.prompt, ...this.written];
  }

  get output() {
    return this.written ? super.output : "";
  }

  get longest() {
    return Math.min(this.model.config.max_length, this.prompt.length + MAX_NEW_TOKENS);
  }

  get switches() {
    return switches_of(this.model, "", "self_attention");
  }

  new_cache() {
    return this.model.new_cache();
  }

  run() {
    return this.model.next_logits(this.tokens);
  }

  // Greedy, or a random choice with these settings.
  sample(settings) {
    this.sampling = settings;
    const chance = (logits) => drawn(probabilities(logits, settings), Math.random());
    this.choose = settings.is_random ? chance : likeliest;
  }

  // What each layer would say, if it were the last (the "logit lens"): logits for each place.
  lens(place) {
    const { model } = this;
    return model.seen.layers.map((x) => model.logits(model.norm.forward([x[place]]))[0]);
  }
}
