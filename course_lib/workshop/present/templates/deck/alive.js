// The page in which the lesson's model runs, over the whole slide.
"use strict";

class Alive {
  constructor(dialog, address) {
    this.dialog = dialog;
    this.address = address;
    this.frame = dialog.querySelector("iframe");
    dialog.addEventListener("keydown", event => event.stopPropagation()); // the keys of the deck rest
    addEventListener("message", ({ source }) => { // the page was told to close: its keys don't come here
      if (source === this.frame.contentWindow) dialog.close();
    });
  }

  open() {
    if (!this.frame.src) this.frame.src = this.address;
    this.dialog.showModal();
    this.frame.focus();
  }
}

if (document.body.dataset.alive) {
  const alive = new Alive(document.getElementById("alive"), document.body.dataset.alive);
  presented.then(() => addKey("A", "open the model, alive", () => alive.open()));
}
