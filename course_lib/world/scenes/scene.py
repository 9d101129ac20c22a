"""Scenes: the record of a picture, from which the drawing, the captions, the questions and the answers all follow.

Two kinds of combinations never occur in training, though both their parts do: some kinds of people in shirts of some
colors (a man in a yellow shirt), and some things in some colors (a red car).
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

# For each split: how many scenes of known combinations, and how many with a combination that training holds out.
SIZES = {"train": (8_000, 0), "validation": (500, 500), "test": (1_000, 1_000)}
EXTRA = {"extra": (16_000, 0)}  # more to train on, where 8,000 are learned by heart


@dataclass(frozen=True)
class Person:
    """Somebody: a man, woman, boy or girl, and what they wear. `bottom` is "trousers" or "skirt"; `hat` may be "".

    `spot` is None where only the looks count.
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
    """A place with `count` things of one noun, and perhaps a person.

    `colour` is "" for things that all look alike (elephants). `side` says where the things are, seen from the person:
    "left" or "right" in the picture; "" without a person. `held_out` is "" in training, elsewhere "scene" (new, of
    known combinations) or "combination" (one that training never shows).
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
        """The class of the picture: what it shows beside the person."""
        return self.noun


def make_scenes(split: str = "train", size: int | None = None, seed: int = 0) -> list[Scene]:
    """The first `size` scenes of a split (default: all), the same on every machine.

    There are 8,000 for "train", 1,000 for "validation" and 2,000 for "test", half of those with held-out combinations.
    The split "extra" has 16,000 more of the kind of "train".

    Raises CourseError for another split, or a size that is not between 1 and all.
    """
    if split not in EXTRA:
        check_split(split)
    scenes = (more_scenes if split in EXTRA else scenes_by_split)(seed)[split]
    if size is not None and not 1 <= size <= len(scenes):
        raise CourseError(f'split "{split}" has {len(scenes)} scenes; expected a size from 1 to that, got {size}')
    return list(scenes[:size])


@lru_cache(maxsize=1)
def scenes_by_split(seed: int) -> dict[str, list[Scene]]:
    """A dict from each split to its scenes, of which no two have the same content; the held-out ones take turns."""
    return draw_splits(SIZES, Rng(seed), set())


@lru_cache(maxsize=1)
def more_scenes(seed: int) -> dict[str, list[Scene]]:
    """The same of `EXTRA`: drawn only where they are asked for, and nothing that another split shows."""
    seen = {content(scene) for scenes in scenes_by_split(seed).values() for scene in scenes}
    return draw_splits(EXTRA, Rng(digest(f"extra {seed}")), seen)


def draw_splits(sizes: dict[str, tuple[int, int]], rng: Rng, seen: set[tuple]) -> dict[str, list[Scene]]:
    """A dict from each split to so many scenes with a content that is not in `seen`, and is added to it."""
    splits = {}
    for split, (known, num_held_out) in sizes.items():
        wanted = ["combination" if num_held_out and number % 2 else "scene" for number in range(known + num_held_out)]
        scenes = [new_scene(rng, seen, held_out) for held_out in wanted]
        if num_held_out:
            scenes = [replace(scene, held_out=group) for scene, group in zip(scenes, wanted, strict=True)]
        splits[split] = scenes
    return splits


def new_scene(rng: Rng, seen: set[tuple], held_out: str) -> Scene:
    """A scene whose content is not in `seen`, and is added to it; with a held-out combination or without."""
    while True:
        scene = draw_scene(rng)
        if shows_held_out(scene) == (held_out == "combination") and content(scene) not in seen:
            seen.add(content(scene))
            return scene


def draw_scene(rng: Rng) -> Scene:
    """A scene: three in four have a person in them."""
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
    """Somebody who stands on the other side than the things."""
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
    """Return True if a scene shows a combination that never occurs in training."""
    return has_held_out_shirt(scene) or has_held_out_thing(scene)


def has_held_out_shirt(scene: Scene) -> bool:
    """Return True if somebody wears a shirt in a color in which training never shows it on people of the kind."""
    return scene.person is not None and scene.person.shirt in WITHHELD_SHIRTS[scene.person.kind]


def has_held_out_thing(scene: Scene) -> bool:
    """Return True if the things have a color in which training never shows them."""
    return scene.colour != "" and scene.colour == DRAWABLES[scene.noun].held_out


def content(scene: Scene) -> tuple[str, str, str, int, str, Person | None]:
    """Return the content of a scene, without the places in the picture."""
    person = scene.person and replace(scene.person, spot=None)
    return scene.place, scene.noun, scene.colour, scene.count, scene.side, person
