// The page of a model that sees: a picture that is chosen, composed or brought along, a question in one of the slide's
// forms, and the answer.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { questions } from "../world/questions.js";
import { another } from "../world/scene.js";
import { composer } from "./composer.js";
import { Easel } from "./easel.js";
import { gallery } from "./gallery.js";
import { Page } from "./page.js";
import { copy_of } from "./patch_grid.js";
import { FORMS, vlm_parts } from "./vlm_parts.js";
import { VlmSession } from "./vlm_session.js";
import { keeping_focus } from "./walk.js";

export class VlmPage extends Page {
  constructor(contents) {
    const session = new VlmSession(contents);
    super(session, vlm_parts(session), "A question about the picture");
    Object.assign(this, { art: contents.art, easel: new Easel(contents) });
    this.input.setAttribute("lang", "en");
    this.shown = element("div");
    this.changes = element("div");
    this.asked = element("div", { class: "asked" });
  }

  top() {
    const form = element("form", { class: "say" }, this.input, element("button", {}, "Ask"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.read();
    });
    const changes = element("details", {}, element("summary", {}, "Change the picture"), this.changes, this.own());
    return [element("div", { class: "seen" }, this.shown, changes), this.label, form, this.asked];
  }

  // A picture of the reader's.
  own() {
    const file = element("input", { type: "file", accept: "image/*", id: "file" });
    file.addEventListener("change", () => this.take(file.files[0]));
    return element("p", { class: "quiet" }, element("label", { for: "file" }, "Or a picture of yours: "), file);
  }

  async take(file) {
    try {
      await this.look_at(this.easel.open(file));
    } catch {
      this.session.problem = `“${file.name}” is no picture that this browser can read.`;
      this.session.tell();
    } finally {
      this.shown.setAttribute("aria-busy", false);
    }
  }

  async begin() {
    const { session } = this;
    session.pictures = await Promise.all(session.contents.scenes.map((scene) => this.easel.draw(scene)));
    [this.input.value] = this.questions(session.pictures[0]);
    await this.look_at(session.pictures[0]);
  }

  questions({ scene }) {
    return scene ? questions(scene, this.art) : ["What is in the picture?"];
  }

  // Look at another picture, once it is drawn. A question about the last one is asked in the new one's words.
  async look_at(drawing) {
    const { session } = this;
    this.shown.setAttribute("aria-busy", true);
    const picture = await drawing;
    const before = session.picture ? this.questions(session.picture).indexOf(this.input.value) : -1;
    const twin = picture.scene ? await this.easel.draw(another(picture.scene, this.art)) : session.pictures[0];
    session.look_at(picture, twin);
    const after = this.questions(picture);
    if (before >= 0) this.input.value = after[before] ?? after[0];
    this.draw();
    this.read();
    this.shown.setAttribute("aria-busy", false);
  }

  read() {
    this.session.ask(this.input.value);
  }

  ask(text) {
    this.input.value = text;
    this.read();
  }

  // The picture, what it may be exchanged for, and what may be asked about it.
  draw() {
    const { session } = this;
    const { picture, pictures } = session;
    const change = (scene) => this.look_at(this.easel.draw(scene));
    const choose = gallery("pictures", pictures, picture, "picture", (one) => this.look_at(one));
    const forms = Object.keys(session.contents.forms).map((form) =>
      button(FORMS[form], { class: "chip", "aria-pressed": form === session.form, "data-key": `form-${form}` }, () => {
        session.form = form;
        this.draw();
        this.read();
      }));
    const suggestions = this.questions(picture).map((text, i) =>
      button(text, { class: "chip", "data-key": `question-${i}` }, () => this.ask(text)));
    const group = (label, chips) => element("div", { class: "chips", role: "group", "aria-label": label }, ...chips);
    keeping_focus(() => {
      this.shown.replaceChildren(copy_of(picture.canvas), choose);
      this.changes.replaceChildren(...(picture.scene ? [composer(picture.scene, this.art, change)] : []));
      this.asked.replaceChildren(group("form of the question", forms), group("questions", suggestions));
    });
  }

  answer() {
    const { session } = this;
    const more = session.ended ? "" : element("i", {}, " …");
    return [element("p", { class: "text", lang: "en" }, session.output, more)];
  }
}
