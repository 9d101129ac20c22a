// From steps to slides: a heading begins a slide, and the steps below it follow as long as there is room (fit.js).
"use strict";

class Slides {
  constructor(root, { lesson, label, part, alive }) {
    this.root = root;
    this.lesson = lesson;
    this.label = label;
    this.part = part;
    this.alive = alive;
  }

  // A heading of the first or second level begins a column of slides.
  heading(step) {
    const level = Number(step.dataset.level);
    if (level <= 2) {
      this.column = this.root.appendChild(element('<section data-start-indexv="0"></section>')); // not where it was left
      this.section = level === 2 ? step.textContent : "";
    } else if (!this.body.children.length && !this.title.matches("h1")) {
      this.slide.remove(); // only the title of the column stands there: it becomes the line above
    }
    this.above = level === 1 ? this.part : level > 2 ? this.section : "";
    this.question = null;
    this.begin(step.querySelector("h1, h2, h3, h4, h5, h6"), step.dataset.cell);
    this.slide.classList.toggle("cover", level === 1);
    if (level === 1 && this.alive) {
      const link = element('<a class="alive" target="_blank">the model, alive (A)</a>');
      link.href = this.alive;
      this.slide.querySelector("footer").append(link);
    }
  }

  begin(title, cell) {
    const slide = element(`<section data-timing="0"><div class="frame">
      <header><p class="above"></p></header><div class="body"></div>
      <footer><a target="_blank"></a></footer></div><aside class="notes"></aside></section>`);
    this.title = slide.querySelector("header").appendChild(title.cloneNode(true));
    this.body = slide.querySelector(".body");
    slide.querySelector(".above").textContent = this.above;
    Object.assign(slide.querySelector("a"), { textContent: this.label, href: this.lesson.replace("{}", cell) });
    slide.id = document.getElementById(cell) ? `${cell}-${this.root.querySelectorAll("section").length}` : cell;
    this.slide = this.column.appendChild(slide);
  }

  place(step) {
    this.heed(step);
    this.body.append(step);
    this.take(step.dataset.seconds);
    if (fits(step, this.body) || fitsFigure(step, this.body)) return;
    if (this.body.children.length > 1) return this.moveOn(step);
    const rest = squeeze(step, this.body);
    if (rest) this.moveOn(rest);
  }

  // A question is open until another cell than the one that answers it has its turn.
  heed(step) {
    if (step.matches(".predict")) this.question = { words: questionOf(step), cell: "" };
    if (!step.matches(".code") || !this.question) return;
    this.question.cell ||= step.dataset.cell;
    if (this.question.cell !== step.dataset.cell) this.question = null;
  }

  // The heading goes on with another slide, and so does the question that is open. What was computed goes along with the
  // prose that discusses it.
  moveOn(step) {
    const along = [step];
    const before = () => along[0].previousElementSibling;
    while (step.matches(".prose") && before()?.matches(".prose")) along.unshift(before());
    while (step.matches(".prose") && before()?.matches(".output")) along.unshift(before());
    const moved = along[0].matches(".output") && before() ? along : [step];
    for (const one of moved) {
      if (this.body.contains(one)) this.take(-one.dataset.seconds);
      one.remove();
    }
    this.begin(this.title, step.dataset.cell);
    if (this.question && !step.matches(".predict")) this.recall();
    moved.forEach(one => this.place(one));
  }

  recall() {
    const above = this.slide.querySelector(".above");
    above.classList.add("asked");
    above.replaceChildren(...this.question.words.map(word => word.cloneNode(true)));
  }

  take(seconds) {
    this.slide.dataset.timing = Number(this.slide.dataset.timing) + Number(seconds);
  }

  // What the room does not see is told to the lecturer.
  note(step) {
    this.slide.querySelector("aside").append(...step.childNodes);
  }
}

// The words of a question from its mark on, without what leads to it.
function questionOf(step) {
  const mark = [...step.querySelectorAll("em, strong")].find(item => /^(predict|on paper)\b/i.test(item.textContent));
  const words = [...mark.parentNode.childNodes];
  return words.slice(words.indexOf(mark));
}

// Each step but the first of its slide waits for a key.
function letWait(root) {
  for (const body of root.querySelectorAll(".body")) {
    [...body.children].slice(1).forEach(step => step.classList.add("fragment"));
  }
}

// Tells the lecturer when each slide should be over.
function planMinutes(root) {
  const slides = [...root.querySelectorAll("section[data-timing]")];
  const seconds = slides.map(slide => Number(slide.dataset.timing));
  const minutes = end => Math.round(seconds.slice(0, end).reduce((sum, one) => sum + one, 0) / 60);
  slides.forEach((slide, index) => {
    const plan = `<p>Over at minute ${minutes(index + 1)} of ${minutes(slides.length)}.</p>`;
    slide.querySelector("aside").prepend(element(plan));
  });
}

async function layOut(steps, root, lesson) {
  await Promise.all([...steps.querySelectorAll("img")].map(image => image.decode().catch(() => null)));
  const slides = new Slides(root, lesson);
  for (const step of [...steps.children]) {
    if (step.matches(".heading")) slides.heading(step);
    else if (step.matches(".notes")) slides.note(step);
    else slides.place(step);
  }
  letWait(root);
  planMinutes(root);
  steps.remove();
}
