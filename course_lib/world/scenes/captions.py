"""Captions of a scene, in the style of people: four that describe a part of the picture, and one complete caption."""

from course_lib.world.rng import Rng
from course_lib.world.scenes.phrases import (
    OPPOSITE,
    colored_things,
    dressed,
    located,
    things,
    wearing,
)
from course_lib.world.scenes.scene import Person, Scene
from course_lib.world.splits import digest

FRAMES = ("{}", "{}", "a picture of {}", "a drawing of {}", "here you see {}")


def captions(scene: Scene) -> tuple[str, ...]:
    """Return the five captions of a scene. The last one contains all information of the others, and more."""
    rng = Rng(digest(repr(scene)))
    parts = with_person(rng, scene) if scene.person else alone(scene)
    return tuple(rng.pick(FRAMES).format(part) for part in parts) + (full_caption(scene),)


def with_person(rng: Rng, scene: Scene) -> tuple[str, str, str, str]:
    """Return captions of the shirt, the things (usually with color), another garment, and shirt and hat with the place.

    So each garment is mentioned alone, and two of them appear side by side.
    """
    what = things(scene)
    return (
        wearing(scene.person, "shirt"),
        rng.pick((what, colored_things(scene), colored_things(scene))),
        wearing(scene.person, "hat" if scene.person.hat else scene.person.bottom),
        f"{shirt_and_hat(scene.person)} {located(scene)}",
    )


def shirt_and_hat(person: Person) -> str:
    """Return a phrase for a person in shirt and hat or, without a hat, in shirt and trousers or skirt."""
    return wearing(person, "shirt", "hat" if person.hat else person.bottom)


def alone(scene: Scene) -> tuple[str, str, str, str]:
    """Return captions of the things with and without color, of the place, and of the absence of people."""
    what = things(scene)
    return colored_things(scene), what, f"{what} {located(scene)}", f"nothing but {what}"


def full_caption(scene: Scene) -> str:
    """Return a complete caption, in one of three phrasings."""
    rng = Rng(digest(f"full {scene!r}"))
    what, where = colored_things(scene), located(scene)
    if not scene.person:
        return rng.pick((f"{what} {where}", f"{what}, {where}", f"{where}: {what}"))
    who, side, other = dressed(scene.person), scene.side, OPPOSITE[scene.side]
    return rng.pick(
        (
            f"{what} on the {side} of {who}, {where}",
            f"{who} on the {other} of {what}, {where}",
            f"{where}: {what} on the {side} and {who} on the {other}",
        )
    )
