"""Generate five captions of a scene: four that each describe a part of it, as people do, and a complete one."""

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
    """Return the five captions of a scene. The last one contains all the information in the others, and more."""
    rng = Rng(digest(repr(scene)))
    parts = with_person(rng, scene) if scene.person else alone(scene)
    return tuple(rng.pick(FRAMES).format(part) for part in parts) + (full_caption(scene),)


def with_person(rng: Rng, scene: Scene) -> tuple[str, str, str, str]:
    """Return four captions of a scene with a person: about the shirt, the things, another garment, and two garments.

    The other garment is the hat, or the trousers or skirt if there is no hat. The last of these captions also names the
    place. This way, captions mention garments both alone and in pairs.
    """
    what = things(scene)
    return (
        wearing(scene.person, "shirt"),
        rng.pick((what, colored_things(scene), colored_things(scene))),
        wearing(scene.person, "hat" if scene.person.hat else scene.person.bottom),
        f"{shirt_and_hat(scene.person)} {located(scene)}",
    )


def shirt_and_hat(person: Person) -> str:
    """Return a phrase for a person in a shirt and a hat, or in a shirt and trousers or a skirt if there is no hat."""
    return wearing(person, "shirt", "hat" if person.hat else person.bottom)


def alone(scene: Scene) -> tuple[str, str, str, str]:
    """Return four captions of a scene without a person, which name the things and sometimes their color or place."""
    what = things(scene)
    return colored_things(scene), what, f"{what} {located(scene)}", f"nothing but {what}"


def full_caption(scene: Scene) -> str:
    """Return a caption that describes the whole scene, in one of three phrasings."""
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
