// What is switched off, and what comes of it: beside the answer, and again where a switch is.

import { button, element } from "../../../../viz/viewer_page/elements.js";

export function switched_off(session) {
  const names = session.switched_off;
  if (!names.length) return [];
  const [intact, anew] = [session.intact(), session.anew()];
  const told = anew === intact
    ? ["Written anew, the text is still the same: ", said(anew), " What is left is enough for it; switch more off."]
    : ["Written anew with all on: ", said(intact), " Without these parts: ", said(anew)];
  return [element("div", { class: "off" }, element("p", {}, `Switched off: ${names.join("; ")}.`), element("p", {}, ...told))];
}

export function all_on(session) {
  return button("Switch all on", { "data-key": "all-on" }, () => session.all_on());
}

function said(text) {
  return element("q", { lang: "en" }, text);
}
