// What every page does: a title, what the reader says and the model answers on top, the road through the parts, and the
// part that is open. A subclass says what is on `top`, what the model has made (`answer`), and what the status tells.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { all_on, switched_off } from "./switched_off.js";
import { header, keeping_focus, lesson_link, road, show_here } from "./walk.js";

export class Page {
  constructor(session, parts, label) {
    Object.assign(this, { session, parts, open: part_in_address(parts) });
    this.label = element("label", { for: "text" }, label);
    this.choice = { box: 1, head: 0, query: null, key: null, beam: 3, grown: null, place: null };
    this.input = element("input", { id: "text", autocomplete: "off", spellcheck: "false" });
    this.status = element("p", { class: "status", role: "status" });
    this.output = element("div", { class: "output" });
    this.road = element("nav", { "aria-label": "parts of the model" });
    this.panel = element("section", { class: "panel", "aria-labelledby": "part" });
    this.session.listeners.push(() => this.update());
  }

  show() {
    const top = element("section", { class: "top", "aria-label": "text and answer" }, ...this.top(), this.status, this.output);
    const body = element("div", { class: "body" }, this.road, this.panel);
    document.body.append(element("main", {}, header(this.session.contents), top, body));
    this.begin();
  }

  begin() {
    this.read();
  }

  choose(changes) {
    Object.assign(this.choice, changes);
    this.update();
  }

  go(index) {
    const before = this.open;
    this.open = index;
    if (kind_of(this.parts[before]) !== kind_of(this.parts[index])) {
      Object.assign(this.choice, { box: 1, query: null, key: null, grown: null, place: null });
    }
    this.update();
    const title = this.panel.querySelector("h2");
    title.focus({ preventScroll: true });
    title.scrollIntoView();
  }

  update() {
    const { session } = this;
    // Said again, it would be read aloud again.
    const said = session.problem ?? this.remark();
    if (this.status.textContent !== said) this.status.textContent = said;
    this.input.setAttribute("aria-invalid", Boolean(session.problem));
    if (!session.written) return;
    keeping_focus(() => {
      this.output.replaceChildren(...this.answer(), this.controls(), ...this.off());
      this.stand_here();
      this.look_into(this.parts[this.open]);
    });
  }

  // On the road, which is drawn anew only for another part.
  stand_here() {
    if (this.standing === this.open) return;
    this.standing = this.open;
    this.road.replaceChildren(road(this.parts, this.open, (index) => this.go(index)));
    show_here(this.road.firstChild);
  }

  remark() {
    return "";
  }

  // Texts to begin with: a click reads one.
  examples(texts) {
    const chips = texts.map((text, i) => button(text, { class: "chip", "data-key": `example-${i}` }, () => {
      this.input.value = text;
      this.read();
    }));
    return element("div", { class: "asked" }, element("div", { class: "chips", role: "group", "aria-label": "questions" }, ...chips));
  }

  controls() {
    const { session } = this;
    const act = (text, key, does, is_idle) => {
      const made = button(text, { "data-key": key }, does);
      made.disabled = is_idle;
      return made;
    };
    const is_new = session.written.length === 0 && !session.ended;
    return element("div", { class: "chips" },
      act("Start again", "start", () => session.back_to(0), is_new),
      act("Back", "back", () => session.back(), is_new),
      act("Next word", "next", () => session.next(), session.is_full),
      act("To the end", "end", () => session.to_the_end(), session.is_full),
      act("Least certain word", "least", () => session.back_to_least_certain(), session.written.length === 0),
      ...(session.sampling?.is_random ? [element("b", {}, "drawn at random")] : []),
      element("span", { class: "quiet" }, `computed in ${session.milliseconds.toFixed(0)} ms`));
  }

  // What is switched off; the answer above stays as it was written.
  off() {
    const [told] = switched_off(this.session);
    if (!told) return [];
    told.append(all_on(this.session));
    return [told];
  }

  // A part that shows the input alone is drawn once for each choice; it stays while the output grows.
  look_into(part) {
    const draw = () => this.drawn(part);
    const drawn = part.of_input ? this.session.once(`${part.name} ${JSON.stringify(this.choice)}`, draw) : draw();
    if (drawn !== this.in_panel) this.panel.replaceChildren(...drawn);
    this.in_panel = drawn;
  }

  drawn(part) {
    const lesson = this.session.contents.lessons[part.lesson];
    const slide = part.slide ? `Slide “${part.slide}”` : "Beside the slides";
    const step = (text, to) => {
      const made = button(text, { "data-key": text }, () => this.go(to));
      made.disabled = to < 0 || to >= this.parts.length;
      return made;
    };
    return [
      element("h2", { id: "part", tabindex: -1 }, part.name),
      element("p", { class: "slide" }, `${slide} · `, lesson_link(lesson)),
      element("p", { class: "text" }, part.text),
      ...part.show(this.session, this.choice, (changes) => this.choose(changes)),
      element("div", { class: "chips steps" }, step("Previous part", this.open - 1), step("Next part", this.open + 1)),
    ];
  }
}

// Layers of one stack are of one kind: what was chosen in one stays in the next.
function kind_of({ name }) {
  return name.replace(/\d+$/, "");
}

// The part whose name an address ends in, as in #Encoder%20layer%201; else the first.
function part_in_address(parts) {
  return Math.max(0, parts.findIndex(({ name }) => encodeURIComponent(name) === location.hash.slice(1)));
}
