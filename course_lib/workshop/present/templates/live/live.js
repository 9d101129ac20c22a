// The cell of a slide, to be changed and run before a room. What stands above it in the lesson runs first.
"use strict";

const OUTPUT = '<div class="output" tabindex="0" role="region" aria-label="Output"></div>';

class Cell {
  constructor(place) {
    this.place = place;
    this.code = new Code(place.querySelector("pre"));
    this.output = place.appendChild(element(OUTPUT));
    this.hasRun = false;
  }

  async run(kernel) {
    this.output.replaceChildren();
    this.hasRun = await kernel.run(this.code.text, (kind, content) => SHOWN[kind]?.(this.output, content));
    return this.hasRun;
  }
}

class LiveCode {
  constructor(dialog, cells, kernel) {
    this.dialog = dialog;
    this.kernel = kernel;
    this.cells = cells;
    this.last = Promise.resolve();
    kernel.onforget = () => cells.forEach(cell => { cell.hasRun = false; });
  }

  // While the lecturer changes a number, the cells above run.
  open(id) {
    this.show(this.cells.find(cell => cell.place.dataset.cell === id));
    this.dialog.showModal();
    this.cell.code.pre.focus();
    const { cell } = this;
    this.queue(() => this.runAbove(cell));
  }

  show(cell) {
    this.cell = cell;
    this.dialog.querySelector(".place").replaceChildren(cell.place);
  }

  // One thing after the other.
  queue(work) {
    this.last = this.last.then(work).catch(error => this.say(error.message));
    return this.last;
  }

  say(text) {
    this.dialog.querySelector("output").textContent = text;
  }

  // Returns whether all of them ran; the first that fails is shown.
  async runAbove(cell) {
    this.say("The cells above run ...");
    await this.kernel.greet();
    const above = this.cells.slice(0, this.cells.indexOf(cell)).filter(one => !one.hasRun);
    for (const [index, one] of above.entries()) {
      this.say(`The cells above run: ${index + 1} of ${above.length} ...`);
      if (await one.run(this.kernel)) continue;
      this.show(one);
      this.fail("This cell, which is above yours, did not end well.");
      return false;
    }
    this.say("Ready.");
    return true;
  }

  run() {
    const { cell } = this;
    this.queue(async () => {
      if (!await this.runAbove(cell)) return;
      this.say("It runs ...");
      if (await cell.run(this.kernel)) this.say("It ran.");
      else this.fail("It did not end well.");
    });
  }

  // The last line of a traceback says what happened.
  fail(text) {
    this.say(text);
    this.cell.output.scrollTop = this.cell.output.scrollHeight;
  }

  stop() {
    return this.kernel.interrupt();
  }

  restart() {
    this.say("The kernel restarts ...");
    return this.kernel.restart().then(() => this.say("The kernel has restarted; nothing has run in it."));
  }

  original() {
    this.cell.code.restore();
  }
}

const dialog = document.getElementById("live");
const live = new LiveCode(
  dialog,
  [...document.getElementById("cells").content.children].map(place => new Cell(place)),
  new Kernel(dialog.dataset.kernel),
);
const openCell = () => {
  const step = current(".step.code, .step.output");
  if (step) live.open(step.dataset.cell);
};

dialog.addEventListener("click", event => live[event.target.name]?.());
dialog.addEventListener("keydown", event => {
  event.stopPropagation(); // the keys of the deck rest
  if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey)) return;
  event.preventDefault();
  live.run();
});
presented.then(() => addKey("R", "change the code and run it", openCell));
