// Pictures to choose from.

import { button, element } from "../../../../viz/viewer_page/elements.js";
import { with_article } from "../world/questions.js";
import { copy_of } from "./patch_grid.js";

export function gallery(title, pictures, chosen, key, choose) {
  const buttons = pictures.map((picture, index) => {
    const attributes = {
      class: "thumbnail",
      "aria-label": told(picture),
      "aria-pressed": picture === chosen,
      "data-key": `${key}-${index}`,
    };
    const made = button("", attributes, () => choose(picture));
    made.append(copy_of(picture.canvas));
    return made;
  });
  return element("div", { class: "gallery", role: "group", "aria-label": title }, ...buttons);
}

// What a picture shows, in a few words.
export function told({ scene }) {
  if (!scene) return "your picture";
  const { person, count, colour, noun, place } = scene;
  const somebody = person ? [`${person.kind} in ${with_article(`${person.shirt} shirt`)}`] : [];
  return [...somebody, `${count} × ${colour} ${noun}`.replace("  ", " "), place].join(", ");
}
