// A scene that the reader changes: a choice for each thing that can be said about it.

import { element } from "../../../../viz/viewer_page/elements.js";
import { dressed, laid_out, with_person } from "../world/scene.js";

// What there is to choose: its name, what it is now, what it may be, and the scene that a choice makes.
function choices_for(scene, art) {
  const { person } = scene;
  const { colours } = art.things[scene.noun];
  const changed = (name) => (value) => ({ ...scene, [name]: value });
  const anew = (name) => (value) => laid_out({ ...scene, [name]: value }, art);
  const worn = (name) => (value) => dressed(scene, { [name]: value });
  return [
    ["place", scene.place, art.places, changed("place")],
    ["things", scene.noun, Object.keys(art.things), anew("noun")],
    ["how many", scene.count, [1, 2, 3, 4], (count) => laid_out({ ...scene, count: Number(count) }, art)],
    ...(colours.length ? [["their color", scene.colour, colours, changed("colour")]] : []),
    ["somebody", person?.kind ?? "", ["", ...art.kinds], (kind) => with_person(scene, kind, art)],
    ...(person ? [
      ["things on the", scene.side, ["left", "right"], anew("side")],
      ["shirt", person.shirt, art.paints, worn("shirt")],
      [person.bottom, person.bottom_colour, art.paints, worn("bottom_colour")],
      ["hat", person.hat, ["", ...art.paints], worn("hat")],
    ] : []),
  ];
}

// `change` is called with the new scene.
export function composer(scene, art, change) {
  const choices = choices_for(scene, art).map(([name, value, values, make]) => {
    const options = values.map((one) => element("option", { value: one }, one === "" ? "none" : String(one)));
    const select = element("select", { "data-key": `scene-${name}` }, ...options);
    select.value = value;
    select.addEventListener("change", () => change(make(select.value)));
    return element("label", {}, name, select);
  });
  return element("div", { class: "composer" }, ...choices);
}
