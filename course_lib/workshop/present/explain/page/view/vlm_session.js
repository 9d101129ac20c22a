// A model that sees at work: a picture, a question about it, and the answer so far. The visual tokens in `exchanged` are
// those of the `other` picture. A picture has its numbers, `pixels`, a canvas, and the scene that it shows, if it is one.

import { ChatTemplate } from "../data/chat.js";
import { EOS } from "../data/tokenizer.js";
import { generate } from "../generation/sampling.js";
import { cut_into_patches } from "../nn/patches.js";
import { interval } from "../nn/vectors.js";
import { DecoderSession } from "./decoder_session.js";
import { switches_of } from "./session.js";

export class VlmSession extends DecoderSession {
  constructor(contents) {
    super(contents);
    this.side = Math.sqrt(contents.num_visual_tokens); // how many visual tokens stand in a row of the picture
    this.template = new ChatTemplate(this.tokenizer, contents.num_visual_tokens);
    this.form = Object.keys(contents.forms)[0];
    this.exchanged = new Set();
  }

  get llm() {
    return this.model.text;
  }

  // Look at a picture, and have its `twin` at hand to exchange patches with.
  look_at(picture, twin) {
    Object.assign(this, { picture, twin, other: twin });
    this.exchanged.clear();
    this.made.clear();
  }

  // Ask about the picture. What can't be read says so in `problem`, and nothing else changes.
  ask(text) {
    const prompt = () => this.prompt_of(text.trim(), this.form);
    this.problem = this.trouble(text, prompt) ?? this.without_room(prompt());
    if (this.problem) return this.tell();
    return this.begin({ question: text.trim(), prompt: prompt() });
  }

  prompt_of(text, form) {
    const content = framed(this.contents.forms[form], text);
    return this.template.prompt([{ role: "user", content, pictures: 1 }]);
  }

  // What the model answers to a prompt, by itself.
  answer_to(prompt, visual = this.visual) {
    const room = this.longest - this.prompt.length;
    return this.tokenizer.decode([...generate(this.model, this.model.new_cache(visual), prompt, EOS, room)]);
  }

  // The answer to the question in each form.
  answers_by_form() {
    return this.aside("forms", () => Object.entries(this.contents.forms).map(([form, frame]) => {
      const text = this.answer_to(this.prompt_of(this.question, form));
      return { form, asked: framed(frame, this.question), text };
    }));
  }

  // The answers to the picture, to the other one, and to the mixture.
  answers_by_picture() {
    return this.aside("pictures", () => {
      const other = this.model.see(this.other.pixels);
      const own = this.model.see(this.picture.pixels); // the last that they see is what the vision layers show
      return [own, other, this.visual].map((visual) => this.answer_to(this.prompt, visual));
    });
  }

  // Take these visual tokens from another picture, and answer anew.
  exchange(places, other = this.other) {
    Object.assign(this, { exchanged: new Set(places), other });
    this.ask(this.question);
  }

  // The places of visual tokens, those first where the two pictures differ most.
  get most_changed() {
    const edge = Math.floor(this.picture.pixels[0].length / this.side);
    const [own, others] = [this.picture, this.other].map(({ pixels }) => cut_into_patches(pixels, edge));
    const change = own.map((patch, i) => patch.reduce((sum, value, j) => sum + Math.abs(value - others[i][j]), 0));
    return interval(0, change.length).sort((a, b) => change[b] - change[a]);
  }

  // The visual tokens that the language model reads.
  get visual() {
    return this.once("visual", () => {
      const others = this.exchanged.size ? this.model.see(this.other.pixels) : [];
      return this.model.see(this.picture.pixels).map((own, i) => (this.exchanged.has(i) ? others[i] : own));
    });
  }

  // Where in the picture a token stands, or -1: placeholders follow one another.
  place_of(i) {
    return this.tokens[i] === this.template.image_id ? i - this.tokens.indexOf(this.template.image_id) : -1;
  }

  get words() {
    return this.tokens.map((id, i) => (this.place_of(i) < 0 ? this.tokenizer.token(id) : `patch ${this.place_of(i) + 1}`));
  }

  get switches() {
    const vision = switches_of(this.model.vision, "vision", "self_attention");
    return [...vision, ...switches_of(this.llm, "", "self_attention")];
  }

  new_cache() {
    return this.model.new_cache(this.visual);
  }
}

function framed(frame, text) {
  return frame.replace("{}", () => text);
}
