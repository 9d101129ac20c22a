// Patches of two pictures, to be exchanged: a click takes one from the other picture, and the answers stand below.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { gallery, told } from "./gallery.js";
import { copy_of, patch_buttons } from "./patch_grid.js";

const FEW = 2; // patches

export function exchange_panel(session) {
  const { picture, twin, other, pictures, exchanged, side, most_changed } = session;
  const to = (text, key, places) => button(text, { "data-key": key }, () => session.exchange(places));
  const toggled = (place) => (exchanged.has(place) ? [...exchanged].filter((one) => one !== place) : [...exchanged, place]);
  const grid = patch_buttons({
    canvas: copy_of(picture.canvas, side, exchanged, other.canvas),
    side,
    key: "exchange",
    is_pressed: (place) => exchanged.has(place),
    choose: (place) => session.exchange(toggled(place)),
  });
  const figure = (picture, text) => element("figure", {}, picture, element("figcaption", {}, text));
  return [
    element("div", { class: "beside" }, figure(grid, "The picture; click a patch"), figure(copy_of(other.canvas), `The other: ${told(other)}`)),
    element("div", { class: "chips" },
      to(`The ${FEW} that differ most`, "exchange-few", most_changed.slice(0, FEW)),
      to(exchanged.size ? `The other ${side ** 2 - exchanged.size} instead` : "All", "exchange-others", most_changed.filter((place) => !exchanged.has(place))),
      to("None", "exchange-none", [])),
    element("p", { class: "quiet" }, "A token may also carry what its neighbors show: in the vision layers it has heard of " +
      "all other patches of its picture."),
    answers(session),
    element("h3", {}, "Another picture to take patches from"),
    gallery("other pictures", [twin, ...pictures.filter((one) => one !== picture)], other, "other", (one) => session.exchange(exchanged, one)),
  ];
}

function answers(session) {
  const count = session.exchanged.size;
  const titles = ["the picture", "the other picture", `${count} of ${session.side ** 2} patches exchanged`];
  const texts = session.answers_by_picture();
  const note = texts[0] === texts[1] ? [element("p", {}, "Both pictures get the same answer: these two can't tell where it is read.")] : [];
  const rows = texts.map((text, i) => element("tr", {}, element("th", { scope: "row" }, titles[i]),
    element("td", {}, element("q", { lang: "en" }, text))));
  return element("div", {}, element("table", { class: "texts" }, element("tbody", {}, ...rows)), ...note);
}
