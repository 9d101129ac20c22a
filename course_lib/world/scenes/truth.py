"""What a text says is in a picture, and what of it is not: things, people and hats that are seen though not there."""

import re
from functools import cache

from course_lib.world.scenes.cast import DRAWABLES, KINDS, SHOWN
from course_lib.world.scenes.scene import Scene

PEOPLE = {"man": "men", "woman": "women", "boy": "boys", "girl": "girls"}


def invented(scene: Scene, text: str) -> set[str]:
    """What a text names and a scene doesn't show, as nouns in the singular."""
    return named(text) - shown(scene)


def shown(scene: Scene) -> set[str]:
    """The things and people in a scene, and a hat where somebody wears one, as nouns in the singular."""
    somebody = [scene.person.kind, *(["hat"] if scene.person.hat else [])] if scene.person else []
    return {scene.noun, *SHOWN.get(scene.place, ()), *somebody}


def named(text: str) -> set[str]:
    """The things, people and hats that are drawn in scenes and named in a text, as nouns in the singular."""
    return {NOUNS[word] for word in words().findall(text.lower())}


@cache
def words() -> re.Pattern[str]:
    """The pattern that finds all of them, one or many."""
    return re.compile(rf"\b({'|'.join(sorted(NOUNS, key=len, reverse=True))})\b")


NOUNS = {form: noun for noun, drawable in DRAWABLES.items() for form in (noun, drawable.plural)}
NOUNS |= {form: kind for kind in KINDS for form in (kind, PEOPLE[kind])} | {"hat": "hat"}
