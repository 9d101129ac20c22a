// The keys of a deck beside those of reveal.js ("?" shows them all).
"use strict";

const solo = document.getElementById("solo");
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

const KEYS = {
  71: ["G", "figure alone", () => alone(current(".step.output img"))],
  69: ["E", "enlarge the code", () => alone(current(".step.code pre"))],
  67: ["C", "fold the code", () => document.body.classList.toggle("folded")],
  68: ["D", "dark or light", switchTheme],
};

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

const ready = layOut(document.getElementById("steps"), document.querySelector(".slides"), document.body.dataset);
const presented = ready.then(() => {
  document.querySelector(".reveal").classList.remove("laying-out");
  return Reveal.initialize({
    width: 1280, height: 720, margin: 0, maxScale: 4, center: false, hash: true, slideNumber: "c/t", transition: "none",
    backgroundTransition: "none", pdfSeparateFragments: false, plugins: [RevealNotes],
  });
}).then(() => {
  for (const [code, [key, description, act]] of Object.entries(KEYS)) {
    Reveal.addKeyBinding({ keyCode: Number(code), key, description }, act);
  }
  document.body.dataset.ready = "true";
});
