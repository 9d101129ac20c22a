"""Generate scenes: the records from which pictures, captions, questions, and answers are made.

Two kinds of combinations are held out from training: some shirt colors for each kind of person, such as a man in a
yellow shirt, and some colors of things, such as a red car.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from course_lib.errors import CourseError
from course_lib.world.rng import Rng
from course_lib.world.scenes.art import drawing
from course_lib.world.scenes.cast import (
    DRAWABLES,
    HAIRS,
    KINDS,
    LABELS,
    MOST,
    PAINTS,
    SKINS,
    WITHHELD_SHIRTS,
)
from course_lib.world.scenes.layout import Spot, place_person, place_things
from course_lib.world.splits import check_split, digest

# For each split, the number of scenes with only known combinations, and with a held-out combination.
SIZES = {"train": (8_000, 0), "validation": (500, 500), "test": (1_000, 1_000)}
EXTRA = {"extra": (16_000, 0)}  # more training data for models that memorize 8,000 scenes


@dataclass(frozen=True)
class Person:
    """A man, woman, boy, or girl in a scene, with the colors of their clothes.

    `shirt` and `hat` are colors, and `hat` is "" if there is none. `bottom` is "trousers" or "skirt", and
    `bottom_colour` is its color. `spot` is None if the position does not matter.
    """

    kind: str
    shirt: str
    bottom: str
    bottom_colour: str
    hat: str
    hair: str
    skin: int
    spot: Spot | None


@dataclass(frozen=True)
class Scene:
    """A place with `count` things of one kind, and possibly a person.

    `colour` is "" for things whose drawing has fixed colors, such as elephants. `side` is the side of the picture on
    which the things are, "left" or "right", with the person on the other side. It is "" if there is no person.
    `held_out` is "" in training. In the other splits, it is "combination" if the scene has a held-out combination, and
    otherwise "scene".
    """

    place: str
    noun: str
    colour: str
    count: int
    spots: tuple[Spot, ...]
    person: Person | None
    side: str
    held_out: str = ""

    @property
    def label(self) -> str:
        """The class of the picture, which is the noun for its things."""
        return self.noun


def make_scenes(split: str = "train", size: int | None = None, seed: int = 0) -> list[Scene]:
    """Generate the first `size` scenes of a split (default: all), which are the same on every machine.

    There are 8,000 scenes for "train", 1,000 for "validation", and 2,000 for "test". Half of the scenes for validation
    and test have held-out combinations. The split "extra" has 16,000 additional scenes like those of "train".

    Raises:
        CourseError: the split does not exist, or `size` is out of range.
    """
    if split not in EXTRA:
        check_split(split)
    scenes = (more_scenes if split in EXTRA else scenes_by_split)(seed)[split]
    if size is not None and not 1 <= size <= len(scenes):
        raise CourseError(f'size must be between 1 and {len(scenes)} for split "{split}", got {size}')
    return list(scenes[:size])


@lru_cache(maxsize=1)
def scenes_by_split(seed: int) -> dict[str, list[Scene]]:
    """Generate the scenes of all splits except "extra". No scene occurs twice."""
    return draw_splits(SIZES, Rng(seed), set())


@lru_cache(maxsize=1)
def more_scenes(seed: int) -> dict[str, list[Scene]]:
    """Generate the scenes of the split "extra", which are different from the scenes of all other splits."""
    seen = {content(scene) for scenes in scenes_by_split(seed).values() for scene in scenes}
    return draw_splits(EXTRA, Rng(digest(f"extra {seed}")), seen)


def draw_splits(sizes: dict[str, tuple[int, int]], rng: Rng, seen: set[tuple]) -> dict[str, list[Scene]]:
    """Generate splits of these sizes from scenes whose contents are not yet in `seen`, and add the contents to it.

    If a split has held-out combinations, scenes with and without them alternate.
    """
    splits = {}
    for split, (known, num_held_out) in sizes.items():
        wanted = ["combination" if num_held_out and number % 2 else "scene" for number in range(known + num_held_out)]
        scenes = [new_scene(rng, seen, held_out) for held_out in wanted]
        if num_held_out:
            scenes = [replace(scene, held_out=group) for scene, group in zip(scenes, wanted, strict=True)]
        splits[split] = scenes
    return splits


def new_scene(rng: Rng, seen: set[tuple], held_out: str) -> Scene:
    """Generate a new scene, with a held-out combination if `held_out` is "combination", and add it to `seen`."""
    while True:
        scene = draw_scene(rng)
        if shows_held_out(scene) == (held_out == "combination") and content(scene) not in seen:
            seen.add(content(scene))
            return scene


def draw_scene(rng: Rng) -> Scene:
    """Generate a random scene. Three in four scenes have a person."""
    thing = DRAWABLES[rng.pick(LABELS)]
    side = rng.pick(("left", "right")) if rng.chance(0.75) else ""
    count = rng.weighted({1: 5, 2: 2, 3: 2, MOST: 2})
    return Scene(
        place=rng.pick(thing.places),
        noun=thing.noun,
        colour=rng.pick(thing.colours) if thing.colours else "",
        count=count,
        spots=place_things(rng, thing, count, side),
        person=draw_person(rng, side) if side else None,
        side=side,
    )


def draw_person(rng: Rng, side: str) -> Person:
    """Generate a random person, opposite to the `side` of the things."""
    kind = rng.pick(KINDS)
    wears_skirt = kind in ("woman", "girl") and rng.chance(0.5)
    return Person(
        kind=kind,
        shirt=rng.pick(PAINTS),
        bottom="skirt" if wears_skirt else "trousers",
        bottom_colour=rng.pick(PAINTS),
        hat=rng.pick(PAINTS) if rng.chance(0.4) else "",
        hair=rng.pick(HAIRS if kind in ("man", "woman") else HAIRS[:4]),
        skin=int(rng.roll() * SKINS),
        spot=place_person(rng, drawing(kind).width, side),
    )


def shows_held_out(scene: Scene) -> bool:
    """Return True if a scene has a held-out combination: a shirt or a thing in a held-out color."""
    return has_held_out_shirt(scene) or has_held_out_thing(scene)


def has_held_out_shirt(scene: Scene) -> bool:
    """Return True if the person wears a shirt in a color that is held out for this kind of person."""
    return scene.person is not None and scene.person.shirt in WITHHELD_SHIRTS[scene.person.kind]


def has_held_out_thing(scene: Scene) -> bool:
    """Return True if the things in a scene have their held-out color."""
    return scene.colour != "" and scene.colour == DRAWABLES[scene.noun].held_out


def content(scene: Scene) -> tuple[str, str, str, int, str, Person | None]:
    """Return the content of a scene without the exact positions, for comparison with other scenes."""
    person = scene.person and replace(scene.person, spot=None)
    return scene.place, scene.noun, scene.colour, scene.count, scene.side, person
