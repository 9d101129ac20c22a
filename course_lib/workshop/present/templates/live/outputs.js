// What a kernel tells about a run, as a part of the page.
"use strict";

const COLOURS = /\x1b\[[0-9;]*m/g; // of a terminal, in tracebacks
const KINDS = {
  "image/png": (data, { alt = "" } = {}) => Object.assign(new Image(), { src: `data:image/png;base64,${data}`, alt }),
  // Scripts in it run: they come from the kernel, as the code does from the lecturer.
  "text/html": data => document.createRange().createContextualFragment(data),
  "text/plain": data => printed(data),
};

const SHOWN = {
  stream(place, { name, text }) {
    const goesOn = place.lastElementChild?.dataset.stream === name;
    const pre = goesOn ? place.lastElementChild : place.appendChild(printed(""));
    pre.dataset.stream = name;
    pre.textContent += text.replace(COLOURS, "");
  },
  error: (place, { traceback }) => place.append(printed(traceback.join("\n"))),
  display_data(place, { data, metadata }) {
    const best = Object.keys(KINDS).find(kind => kind in data);
    if (best) place.append(KINDS[best](data[best], metadata[best]));
  },
  execute_result: (place, content) => SHOWN.display_data(place, content),
  clear_output: place => place.replaceChildren(),
};

function printed(text) {
  return Object.assign(document.createElement("pre"), { textContent: text.replace(COLOURS, "") });
}
