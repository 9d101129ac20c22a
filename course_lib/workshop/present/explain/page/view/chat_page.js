// The page of a modern decoder: a conversation, or a text that it goes on with.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { chat_parts } from "./chat_parts.js";
import { ChatSession } from "./chat_session.js";
import { Page } from "./page.js";

const QUESTIONS = ["Please recite the first law of robotics", "Tell me about cats"];

export class ChatPage extends Page {
  constructor(contents) {
    const session = new ChatSession(contents);
    super(session, chat_parts(session), session.template ? "You say" : "A text to go on with");
    Object.assign(this.input, { value: QUESTIONS[0], lang: "en" });
  }

  top() {
    const form = element("form", { class: "say" }, this.input, element("button", {}, "Say it"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.read();
    });
    return [this.label, form, this.examples(QUESTIONS)];
  }

  read() {
    this.session.say(this.input.value);
  }

  answer() {
    const { session } = this;
    const said = session.messages.map(({ role, content }) => said_by(role, content));
    const more = session.ended ? "" : element("i", {}, " …");
    const again = button("Forget what was said before", { "data-key": "forget" }, () => {
      session.forget();
      this.read();
    });
    const talk = element("div", { class: "talk" }, ...said, said_by("assistant", session.output, more));
    return session.template ? [talk, again] : [talk];
  }
}

function said_by(role, text, ...more) {
  return element("p", { class: role }, element("b", {}, role), " ", text, ...more);
}
