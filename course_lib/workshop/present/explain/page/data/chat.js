// Conversations as one sequence of tokens: chat is completion, given a template (slide "Chat (Decoder-only)").
//   <bos> <user> Hello! <eos> <assistant> Hello! How can I help you? <eos>
// A picture takes as many placeholders, before the text of its message, as it has visual tokens.

import { BOS, EOS } from "./tokenizer.js";

export class ChatTemplate {
  constructor(tokenizer, num_visual_tokens = 0) {
    Object.assign(this, { tokenizer, num_visual_tokens, end_id: EOS, image_id: tokenizer.special.get("<image>") });
  }

  // The ids of a conversation whose next message is the assistant's; they end in <assistant>.
  prompt(messages) {
    const written = messages.flatMap(({ role, content, pictures = 0 }) =>
      [this.role_id(role), ...this.placeholders(pictures), ...this.tokenizer.encode(content)]);
    return [BOS, ...written, this.role_id("assistant")];
  }

  placeholders(pictures) {
    return Array.from({ length: pictures * this.num_visual_tokens }, () => this.image_id);
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
