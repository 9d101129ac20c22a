"""Captions of a scene, as people write them: five of each picture, four that tell a part and one that tells all."""

from course_lib.world.dice import Dice
from course_lib.world.scenes.phrases import (
    OPPOSITE,
    coloured_things,
    dressed,
    located,
    somebody,
    things,
    wearing,
)
from course_lib.world.scenes.scene import Scene
from course_lib.world.splits import digest

FRAMES = ("{}", "{}", "a picture of {}", "a drawing of {}", "here you see {}")


def captions(scene: Scene) -> tuple[str, ...]:
    """The five captions of a scene. All but the last name one colour at most; the last, the full one, names all."""
    dice = Dice(digest(repr(scene)))
    parts = with_person(dice, scene) if scene.person else alone(scene)
    return tuple(dice.pick(FRAMES).format(part) for part in parts) + (full_caption(scene),)


def with_person(dice: Dice, scene: Scene) -> tuple[str, str, str, str]:
    """The shirt, the things (at times with their colour), the place, and who is where."""
    who, what = somebody(scene.person), things(scene)
    return (
        wearing(scene.person, "shirt"),
        dice.pick((what, what, coloured_things(scene))),
        f"{what} and {who} {located(scene)}",
        f"{what} on the {scene.side} of {who}",
    )


def alone(scene: Scene) -> tuple[str, str, str, str]:
    """The things with their colour and without, the place, and that there is nobody."""
    what = things(scene)
    return coloured_things(scene), what, f"{what} {located(scene)}", f"nothing but {what}"


def full_caption(scene: Scene) -> str:
    """All that a scene shows, in one of three wordings."""
    dice = Dice(digest(f"full {scene!r}"))
    what, where = coloured_things(scene), located(scene)
    if not scene.person:
        return dice.pick((f"{what} {where}", f"{what}, {where}", f"{where}: {what}"))
    who, side, other = dressed(scene.person), scene.side, OPPOSITE[scene.side]
    return dice.pick(
        (
            f"{what} on the {side} of {who}, {where}",
            f"{who} on the {other} of {what}, {where}",
            f"{where}: {what} on the {side} and {who} on the {other}",
        )
    )
