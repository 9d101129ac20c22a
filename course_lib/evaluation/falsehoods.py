"""A judge that knows what is in a picture of the little world, and counts what an answer says that isn't so."""

import re

from course_lib.evaluation.false_premises import denies
from course_lib.world.scenes import Scene
from course_lib.world.scenes.truth import named, shown

CHOICE = 3
NO_SUCH = re.compile(r"\bno (\w+)")


def falsehoods(scene: Scene, asked: str, said: str) -> int:
    """Count the things that an answer claims and that aren't in the picture, and a denial of what is there.

    An answer that denies nothing takes for granted what the question names, unless the question offers a choice of many
    ("Is it a man, a woman, a boy or a girl?").
    """
    taken = named(asked) if len(named(asked)) < CHOICE else set()
    denied = taken if said == "None." else named(" ".join(NO_SUCH.findall(said.lower())))
    claimed = (named(said) | (set() if denies(said) else taken)) - denied
    return len(claimed - shown(scene)) + (bool(denied) and denied <= shown(scene))
