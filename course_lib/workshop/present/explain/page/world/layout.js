// Where things and people are in a picture of 240 by 240: on a grid of 4 by 4 cells, on the ground or in the air. The
// little world throws dice for small differences; here all is in the middle of what they allow.

const CELL = 60;
const PICTURE = 4 * CELL;
// For each count: the middle of each thing in its block, and its bottom, in cells; then the cells that each may fill.
const PLACES_IN_BLOCK = {
  1: [[[1, 2]], 2],
  2: [[[0.5, 1], [1.5, 2]], 1],
  3: [[[0.5, 1], [1.5, 1], [0.5, 2]], 1],
  4: [[[0.5, 1], [1.5, 1], [0.5, 2], [1.5, 2]], 1],
};
const BLOCKS = { left: 0, "": 1, right: 2 }; // the first column of the block, by the side of the picture

// The spot of a person, about `width` wide, when the things are on that side.
export function place_person(width, side) {
  const x = 180;
  return { x: side === "left" ? x : PICTURE - x, bottom: 231, width, flip: false };
}

// The spots of `count` things, from the back to the front, on one side ("left", "right") or in the middle ("").
export function place_things({ width, in_the_air }, ratio, count, side) {
  const [places, cells] = PLACES_IN_BLOCK[count];
  const [left, top] = [CELL * BLOCKS[side], in_the_air ? 0 : 2 * CELL];
  const room = CELL * cells - 4;
  const size = Math.min(1.3 * width, room, room * ratio) * 0.96;
  return places.map(([x, y]) => ({ x: left + CELL * x, bottom: top + CELL * y - 3, width: size, flip: false }));
}
