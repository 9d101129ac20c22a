"""Compare a text with a picture: find things, people, and hats that the text mentions but the picture lacks."""

import re
from functools import cache

from course_lib.world.scenes.cast import DRAWABLES, KINDS, SHOWN
from course_lib.world.scenes.scene import Scene

PEOPLE = {"man": "men", "woman": "women", "boy": "boys", "girl": "girls"}


def invented(scene: Scene, text: str) -> set[str]:
    """Return the nouns that a text mentions but a scene does not show, in the singular."""
    return named(text) - shown(scene)


def shown(scene: Scene) -> set[str]:
    """Return the nouns for all things and people in a scene, in the singular, and "hat" if the person wears one."""
    somebody = [scene.person.kind, *(["hat"] if scene.person.hat else [])] if scene.person else []
    return {scene.noun, *SHOWN.get(scene.place, ()), *somebody}


def named(text: str) -> set[str]:
    """Return the nouns in a text that a scene could show, in the singular."""
    return {NOUNS[word] for word in words().findall(text.lower())}


@cache
def words() -> re.Pattern[str]:
    """Return a pattern that finds the nouns that a scene could show, in the singular or plural."""
    return re.compile(rf"\b({'|'.join(sorted(NOUNS, key=len, reverse=True))})\b")


NOUNS = {form: noun for noun, drawable in DRAWABLES.items() for form in (noun, drawable.plural)}
NOUNS |= {form: kind for kind in KINDS for form in (kind, PEOPLE[kind])} | {"hat": "hat"}
