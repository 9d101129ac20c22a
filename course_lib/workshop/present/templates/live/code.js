// Code that can be changed. Enter goes on with the indentation of the line, Tab indents; Shift+Tab leads out of the code.
"use strict";

const EDITABLE = {
  contenteditable: "plaintext-only", spellcheck: false, role: "textbox", "aria-multiline": true,
  "aria-label": "Code (Tab indents, Shift+Tab leaves it)",
};
const INDENT = 4;

class Code {
  constructor(pre) {
    this.pre = pre;
    this.stored = pre.innerHTML;
    Object.entries(EDITABLE).forEach(([name, value]) => pre.setAttribute(name, value));
    pre.addEventListener("keydown", event => this.onKey(event));
  }

  get text() {
    return textOf(this.pre);
  }

  restore() {
    this.pre.innerHTML = this.stored;
  }

  onKey(event) {
    const { key, shiftKey, ctrlKey, altKey, metaKey, isComposing } = event;
    if (shiftKey || ctrlKey || altKey || metaKey || isComposing) return;
    const line = this.lineBeforeCaret();
    if (key === "Tab") {
      getSelection().collapseToStart();
      insert(" ".repeat(INDENT - line.length % INDENT));
    } else if (key === "Enter") {
      document.execCommand("insertLineBreak");
      insert(line.match(/^ */)[0] + (/:\s*(#.*)?$/.test(line) ? " ".repeat(INDENT) : ""));
    } else return;
    event.preventDefault();
  }

  lineBeforeCaret() {
    const before = getSelection().getRangeAt(0).cloneRange();
    before.collapse(true);
    before.setStart(this.pre, 0);
    return textOf(before.cloneContents()).split("\n").at(-1);
  }
}

// The browser writes some line breaks as elements. They count in `innerText`, but only while the code is on the page.
function textOf(node) {
  const copy = node.cloneNode(true);
  copy.querySelectorAll("br").forEach(line => line.replaceWith("\n"));
  return copy.textContent;
}

// As if it had been typed: it replaces what is selected, and can be undone.
function insert(text) {
  if (text) document.execCommand("insertText", false, text);
}
