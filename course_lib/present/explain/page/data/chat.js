// Conversations as one sequence of tokens: chat is completion, given a template (slide "Chat (Decoder-only)").
//   <bos> <user> Hello! <eos> <assistant> Hello! How can I help you? <eos>

import { BOS, EOS } from "./tokenizer.js";

export class ChatTemplate {
  constructor(tokenizer) {
    this.tokenizer = tokenizer;
    this.end_id = EOS;
  }

  // The ids of a conversation whose next message is the assistant's; they end in <assistant>.
  prompt(messages) {
    const written = messages.flatMap(({ role, content }) => [this.role_id(role), ...this.tokenizer.encode(content)]);
    return [BOS, ...written, this.role_id("assistant")];
  }

  role_id(role) {
    return this.tokenizer.special.get(`<${role}>`);
  }

  // The messages that fit: the oldest turns, a question and its answer, go first; the system message stays.
  fit_context(messages, max_length) {
    const first = messages[0]?.role === "system" ? 1 : 0;
    let kept = messages;
    while (this.prompt(kept).length > max_length && kept.length > first + 2) {
      kept = [...kept.slice(0, first), ...kept.slice(first + 2)];
    }
    return kept;
  }
}
