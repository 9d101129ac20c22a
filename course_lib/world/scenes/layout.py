"""The layout of scenes: the positions of things and people in a picture of 240 by 240, a grid of 4 by 4 cells.

Things share a block of 2 by 2 cells on the ground or in the air: a single thing fills it, and two to four things have
one cell each. A person is in the two columns beside the block.
"""

from dataclasses import dataclass

from course_lib.world.rng import Rng
from course_lib.world.scenes.cast import Drawable

CELL = 60
PICTURE = 4 * CELL
# For each number of things: the middle and the bottom of each one in the block, and their maximum size, all in cells.
PLACES_IN_BLOCK = {
    1: (((1.0, 2),), 2),
    2: (((0.5, 1), (1.5, 2)), 1),
    3: (((0.5, 1), (1.5, 1), (0.5, 2)), 1),
    4: (((0.5, 1), (1.5, 1), (0.5, 2), (1.5, 2)), 1),
}
BLOCKS = {"left": 0, "": 1, "right": 2}  # the first column of the block, for each side of the picture


@dataclass(frozen=True)
class Spot:
    """The position of a drawing in the picture: its middle `x`, its `bottom`, and its `width`.

    `flip` is True if the drawing is mirrored, so that it faces left.
    """

    x: float
    bottom: float
    width: float
    flip: bool


def place_person(rng: Rng, width: float, side: str) -> Spot:
    """Choose a spot for a person who is about `width` wide. `side` is the side of the things, not of the person."""
    x, bottom, size = 178 + 4 * rng.roll(), 228 + 6 * rng.roll(), 0.97 + 0.06 * rng.roll()
    return Spot(x if side == "left" else PICTURE - x, bottom, size * width, rng.chance(0.5))


def place_things(rng: Rng, thing: Drawable, count: int, side: str) -> tuple[Spot, ...]:
    """Choose spots for `count` things on the left, on the right, or in the middle (""), from back to front."""
    places, cells = PLACES_IN_BLOCK[count]
    left, top = CELL * BLOCKS[side], 0 if thing.in_the_air else 2 * CELL
    room = CELL * cells - 4
    width = min(1.3 * thing.width, room, room * thing.ratio) * (0.92 + 0.08 * rng.roll())
    mirrored = rng.chance(0.5)
    spots = []
    for x, y in places:
        across = CELL * (2 - x if mirrored else x) + 2 * rng.roll() - 1
        spots.append(Spot(left + across, top + CELL * y - 2 - 2 * rng.roll(), width, rng.chance(0.5)))
    return tuple(spots)
