// The page of a translator.

import { element } from "../../../../viz/viewer_page/elements.js";
import { Page } from "./page.js";
import { translator_parts } from "./translator_parts.js";
import { TranslatorSession } from "./translator_session.js";

const PORTUGUESE = ["este é o primeiro livro que eu fiz.", "o cachorro come maçã no jardim."];
const PAUSE = 250; // milliseconds after the last key before a sentence is read

// With the languages, where the model's card names them.
function label_for(about) {
  const [, from, to] = about?.match(/(\p{L}+) to (\p{L}+)/u) ?? [];
  return from ? `A sentence in ${from}, to be translated to ${to}` : "A sentence to translate";
}

export class TranslatorPage extends Page {
  constructor(contents) {
    const session = new TranslatorSession(contents);
    super(session, translator_parts(session), label_for(contents.about));
    Object.assign(this.input, { value: PORTUGUESE[0], lang: "pt" });
  }

  top() {
    this.input.addEventListener("change", () => this.read());
    this.input.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.read(), PAUSE);
    });
    return [this.label, this.input, this.examples(PORTUGUESE)];
  }

  read() {
    this.session.read(this.input.value);
  }

  remark() {
    const { missing } = this.session;
    return missing.length ? `Never met in its training, so it can only guess: ${missing.map((word) => `“${word}”`).join(" ")}` : "";
  }

  answer() {
    const { session } = this;
    const more = session.ended ? "" : element("i", {}, " …");
    return [element("p", { class: "text", lang: "en" }, session.output, more)];
  }
}
