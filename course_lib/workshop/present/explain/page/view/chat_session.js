// A conversation, or a text to go on with where the model knows no roles, and the answer so far.

import { ChatTemplate } from "../data/chat.js";
import { BOS } from "../data/tokenizer.js";
import { DecoderSession } from "./decoder_session.js";
import { switches_of } from "./session.js";

export class ChatSession extends DecoderSession {
  constructor(contents) {
    super(contents);
    this.template = this.tokenizer.special.has("<assistant>") ? new ChatTemplate(this.tokenizer) : null;
    this.messages = [];
  }

  get llm() {
    return this.model;
  }

  // Say something, and let the model answer. What can't be read says so in `problem`, and nothing else changes.
  say(text) {
    const user = { role: "user", content: text };
    this.problem = this.trouble(text, () => this.ids_of([user])) ?? this.without_room(this.ids_of([user]));
    if (this.problem) return this.tell();
    const before = this.template ? this.with_answer : [];
    this.messages = this.kept([...before, user]);
    return this.begin({ prompt: this.ids_of(this.messages) });
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

  get switches() {
    return switches_of(this.model, "", "self_attention");
  }

  new_cache() {
    return this.model.new_cache();
  }
}
