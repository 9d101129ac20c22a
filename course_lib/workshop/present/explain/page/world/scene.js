// The record of a picture, and how it is changed: what is shown stays where it can, and is laid out anew where it can't.

import { place_person, place_things } from "./layout.js";

const SOMEBODY = { shirt: "red", bottom: "trousers", bottom_colour: "blue", hat: "", hair: "brown", skin: 1 };
const IN_SKIRTS = ["woman", "girl"];

// Things and somebody on the sides that the record says, in a color that there is.
export function laid_out(scene, { things, drawings }) {
  const { noun, count, person } = scene;
  const ratio = drawings[noun].width / drawings[noun].height;
  const colour = things[noun].colours.includes(scene.colour) ? scene.colour : (things[noun].colours[0] ?? "");
  const side = person ? scene.side || "left" : "";
  const spot = person && place_person(drawings[person.kind].width, side);
  const spots = place_things(things[noun], ratio, count, side);
  return { ...scene, colour, side, spots, person: person && { ...person, spot } };
}

// With somebody of a kind in it, or nobody.
export function with_person(scene, kind, art) {
  if (!kind) return laid_out({ ...scene, person: null }, art);
  const person = { ...SOMEBODY, ...scene.person, kind };
  if (!IN_SKIRTS.includes(kind)) person.bottom = "trousers";
  return laid_out({ ...scene, person }, art);
}

export function dressed(scene, clothes) {
  return { ...scene, person: { ...scene.person, ...clothes } };
}

// The same scene, with one thing about it changed: a shirt, or a color, or what is there.
export function another(scene, art) {
  const after = (value, all) => all[(all.indexOf(value) + 1) % all.length];
  if (scene.person) return dressed(scene, { shirt: after(scene.person.shirt, art.paints) });
  if (scene.colour) return { ...scene, colour: after(scene.colour, art.things[scene.noun].colours) };
  return laid_out({ ...scene, noun: after(scene.noun, Object.keys(art.things)) }, art);
}
