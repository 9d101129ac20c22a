// The page of a translator: a sentence and its translation on top, the walk through its parts, and the part that is open.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { Session } from "./session.js";
import { translator_parts } from "./translator_parts.js";
import { header, keeping_focus, road } from "./walk.js";

const SENTENCE = "este é o primeiro livro que eu fiz.";
const PAUSE = 250; // milliseconds after the last key before a sentence is read

export class TranslatorPage {
  constructor(contents) {
    this.session = new Session(contents);
    this.parts = translator_parts(this.session);
    this.open = 0;
    this.choice = { box: 1, head: 0, query: null, key: null, beam: 3, grown: null };
    this.input = element("input", { id: "sentence", value: SENTENCE, autocomplete: "off", spellcheck: "false", lang: "pt" });
    this.input.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.read(), PAUSE);
    });
    this.status = element("p", { class: "status", role: "status" });
    this.output = element("div", { class: "output" });
    this.road = element("nav", { "aria-label": "parts of the model" });
    this.panel = element("section", { class: "panel", "aria-labelledby": "part" });
    this.session.listeners.push(() => this.update());
  }

  show() {
    const label = element("label", { for: "sentence" }, "A Portuguese sentence");
    const top = element("section", { class: "top", "aria-label": "sentence and translation" }, label, this.input,
      this.status, this.output);
    const body = element("div", { class: "body" }, this.road, this.panel);
    document.body.append(element("main", {}, header(this.session.contents), top, body));
    this.read();
  }

  read() {
    this.session.read(this.input.value);
  }

  choose(changes) {
    Object.assign(this.choice, changes);
    this.update();
  }

  go(index) {
    this.open = index;
    Object.assign(this.choice, { box: 1, query: null, key: null, grown: null });
    this.update();
    this.panel.querySelector("h2").focus();
  }

  update() {
    const { session } = this;
    this.say(session.problem ?? this.about_words());
    this.input.setAttribute("aria-invalid", Boolean(session.problem));
    if (!session.source) return;
    keeping_focus(() => {
      this.output.replaceChildren(...this.translation());
      this.road.replaceChildren(road(this.parts, this.open, (index) => this.go(index)));
      this.panel.replaceChildren(...this.part());
    });
  }

  // Said again, it would be read aloud again.
  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  about_words() {
    const { missing } = this.session;
    if (!missing.length) return "";
    return `Never met in its training, so it can only guess: ${missing.join(", ")}`;
  }

  translation() {
    const { session } = this;
    const act = (text, key, does, is_idle) => {
      const made = button(text, { "data-key": key }, () => does());
      made.disabled = is_idle;
      return made;
    };
    const is_new = session.target.length === 1 && !session.ended;
    const off = session.switched_off;
    return [
      element("p", { class: "text", lang: "en" }, session.output || "…", session.ended ? "" : element("i", {}, " …")),
      element("div", { class: "chips" },
        act("Start again", "start", () => session.back_to(0), is_new),
        act("Back", "back", () => session.back(), is_new),
        act("Next word", "next", () => session.next(), session.is_full),
        act("To the end", "end", () => session.to_the_end(), session.is_full),
        element("span", { class: "quiet" }, `all layers anew in ${session.milliseconds.toFixed(0)} ms`)),
      ...(off.length ? [this.switched_off(off)] : []),
    ];
  }

  switched_off(names) {
    const { session } = this;
    return element("div", { class: "off" }, element("p", {}, `Switched off: ${names.join("; ")}.`),
      element("p", {}, "The whole translation, so: ", element("q", { lang: "en" }, session.greedy())),
      button("Switch all on", { "data-key": "all-on" }, () => session.all_on()));
  }

  part() {
    const part = this.parts[this.open];
    const { lessons } = this.session.contents;
    const step = (text, to) => {
      const made = button(text, { "data-key": text }, () => this.go(to));
      made.disabled = to < 0 || to >= this.parts.length;
      return made;
    };
    return [
      element("h2", { id: "part", tabindex: -1 }, part.name),
      element("p", { class: "slide" }, `Slide “${part.slide}” · ${lessons[part.lesson]}`),
      element("p", { class: "text" }, part.text),
      ...part.show(this.session, this.choice, (changes) => this.choose(changes)),
      element("div", { class: "chips steps" }, step("Previous part", this.open - 1), step("Next part", this.open + 1)),
    ];
  }
}
