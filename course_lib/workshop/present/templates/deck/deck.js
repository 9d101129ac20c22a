// The keys of a deck. Arrows and swipes visit the same steps as the space bar; "?" shows all keys.
"use strict";

const solo = document.getElementById("solo"), help = document.getElementById("help"), keys = help.querySelector("table");
const current = selector => [...Reveal.getCurrentSlide().querySelectorAll(selector)]
  .filter(item => !item.closest(".fragment:not(.visible)")).pop();

// The last figure, or the last code, that the slide shows, alone and as large as the screen.
function alone(item) {
  if (!item) return;
  solo.replaceChildren(item.cloneNode(true));
  solo.hidden = false;
  const shown = solo.firstChild;
  shown.removeAttribute("style");
  if (shown.matches("pre")) {
    shown.style.fontSize = "100px";
    const most = Math.min(0.94 * innerWidth / shown.offsetWidth, 0.94 * innerHeight / shown.offsetHeight);
    shown.style.fontSize = `${Math.min(100 * most, 0.05 * innerHeight)}px`;
  }
}

// Adds a key to those of reveal.js, and to the table of all keys.
function addKey(key, description, act) {
  Reveal.addKeyBinding(key.charCodeAt(0), act);
  keys.tBodies[0].append(element(`<tr><th><kbd>${key}</kbd></th><td>${description}</td></tr>`));
}

// The attention viewer reads the theme where JupyterLab writes it.
function switchTheme() {
  const { style } = document.documentElement;
  const isDark = style.colorScheme ? style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  style.colorScheme = isDark ? "light" : "dark";
  document.body.dataset.jpThemeLight = isDark;
}

// Any key, or a click, ends what stands alone.
function endSolo(event) {
  if (solo.hidden) return;
  solo.hidden = true;
  event.stopImmediatePropagation();
  event.preventDefault();
}

addEventListener("keydown", endSolo, true);
addEventListener("click", endSolo, true);
addEventListener("keydown", ({ key }) => { if (key === "?") help.showModal(); });
help.addEventListener("keydown", event => event.stopPropagation()); // the keys of the deck rest

const ready = layOut(document.getElementById("steps"), document.querySelector(".slides"), document.body.dataset);
const presented = ready.then(() => {
  document.querySelector(".reveal").classList.remove("laying-out");
  return Reveal.initialize({
    width: 1280, height: 720, margin: 0, maxScale: 4, center: false, hash: true, slideNumber: "c/t", transition: "none",
    navigationMode: "linear", help: false, backgroundTransition: "none", pdfSeparateFragments: false, plugins: [RevealNotes],
  });
}).then(() => {
  addKey("G", "show the figure alone", () => alone(current(".step.output img")));
  addKey("E", "enlarge the code", () => alone(current(".step.code pre")));
  addKey("C", "fold the code", () => document.body.classList.toggle("folded"));
  addKey("D", "switch between dark and light", switchTheme);
  document.body.dataset.ready = "true";
});
