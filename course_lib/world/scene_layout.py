"""Where things and people are in a picture of 240 by 240: on the ground or in the air, left or right of each other."""

from dataclasses import dataclass

PICTURE = 240
GROUND = 226  # where the front row stands
SHARE = 148  # the width that is left to things beside a person

# For each count: the middle of each thing across, and its bottom; both as shares of the room there is.
ROWS = {
    1: ((0.5, 0.93),),
    2: ((0.26, 0.84), (0.74, 1.0)),
    3: ((0.26, 0.54), (0.74, 0.58), (0.5, 1.0)),
    4: ((0.26, 0.56), (0.74, 0.54), (0.26, 1.0), (0.74, 0.98)),
}
ROOM = {1: (1.0, 0.93), 2: (0.5, 0.62), 3: (0.5, 0.46), 4: (0.5, 0.46)}  # the share of the room for each of so many
LAND, SKY = (74, GROUND), (8, 150)  # top and bottom of the room


@dataclass(frozen=True)
class Spot:
    """The middle `x` and the `bottom` of a drawing, its `width`, and whether it looks to the left."""

    x: float
    bottom: float
    width: float
    flip: bool


def place_person(dice, width, side):
    """The spot of a person, about `width` wide, when the things are on that side."""
    x, bottom, size = 190 + 4 * dice.roll(), 226 + 4 * dice.roll(), 0.98 + 0.04 * dice.roll()
    return Spot(x if side == "left" else PICTURE - x, bottom, size * width, dice.chance(0.5))


def place_things(dice, thing, count, side):
    """The spots of `count` things, from the back to the front, on one side ("left", "right") or all over ("")."""
    left, right = {"left": (4, 4 + SHARE), "right": (PICTURE - 4 - SHARE, PICTURE - 4), "": (24, PICTURE - 24)}[side]
    top, bottom = SKY if thing.in_the_air else LAND
    across, down = ROOM[count]
    widest, highest = across * (right - left), down * (bottom - top)
    width = min(1.3 * thing.width, 0.96 * widest, highest * thing.ratio) * (0.92 + 0.08 * dice.roll())
    spots = []
    for x, y in ROWS[count]:
        slack = max(0.0, widest - width) / 2
        middle = left + x * (right - left) + slack * (2 * dice.roll() - 1) * 0.2
        middle = min(max(middle, left + width / 2), right - width / 2)
        spots.append(Spot(middle, top + y * (bottom - top) - 3 * dice.roll(), width, dice.chance(0.5)))
    return tuple(sorted(spots, key=lambda spot: spot.bottom))
