// The drawing of a scene of the little world: one SVG, put together from drawings of things, people and places. `art` has
// these, and the colors.

// The scene as the text of an SVG, `size` pixels wide and high.
export function draw(scene, art, size) {
  const layers = scene.spots.map((spot) => ({ spot, name: scene.noun }));
  if (scene.person) layers.push({ spot: scene.person.spot, name: scene.person.kind });
  layers.sort((a, b) => a.spot.bottom - b.spot.bottom);
  const shapes = layers.map(({ spot, name }) => put(spot, art.drawings[name])).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 240 240" ` +
    `stroke-linejoin="round" stroke-linecap="round"><style>${style_of(scene, art)}</style>` +
    `${art.drawings[scene.place].shapes}${shapes}</svg>`;
}

// A drawing at its spot.
function put(spot, { width, height, shapes }) {
  const scale = spot.width / width;
  const [left, top] = [spot.x - spot.width / 2, spot.bottom - scale * height];
  const start = spot.flip ? left + spot.width : left;
  const across = spot.flip ? `${(-scale).toFixed(3)} ${scale.toFixed(3)}` : scale.toFixed(3);
  return `<g transform="translate(${start.toFixed(1)} ${top.toFixed(1)}) scale(${across})">${shapes}</g>`;
}

// The colors of what is in the scene; what nobody wears is not displayed.
function style_of({ colour, person }, { hues, hairs, skins }) {
  const fills = colour ? { colour: hues[colour] } : {};
  const hidden = [];
  if (person) {
    const clothes = { shirt: hues[person.shirt], [person.bottom]: hues[person.bottom_colour], hat: hues[person.hat] };
    Object.assign(fills, { skin: skins[person.skin], hair: hairs[person.hair], ...clothes });
    hidden.push(person.bottom === "skirt" ? "trousers" : "dress", ...(person.hat ? [] : ["hat", "band"]));
  }
  const rules = Object.entries(fills).map(([name, fill]) => (fill ? `.${name}{fill:${fill}}` : ""));
  const none = hidden.map((name) => `.${name}{display:none}`);
  return `${rules.join("")}${none.join("")}.line{stroke:${fills.colour ?? "none"}}`;
}
