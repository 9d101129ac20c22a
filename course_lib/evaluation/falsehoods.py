"""An automatic check for hallucinations in the little world: count the false claims of an answer about a picture."""

import re

from course_lib.evaluation.false_premises import denies
from course_lib.world.scenes import Scene
from course_lib.world.scenes.truth import named, shown

CHOICE = 3
NO_SUCH = re.compile(r"\bno (\w+)")


def falsehoods(scene: Scene, asked: str, said: str) -> int:
    """Count the objects that an answer claims but the picture lacks, plus 1 if it denies objects that are there.

    If an answer denies nothing, it also claims the objects in the question, unless the question offers a choice of
    several ("Is it a man, a woman, a boy or a girl?").

    Args:
        scene: the scene in the picture.
        asked: the question.
        said: the answer.
    """
    taken = named(asked) if len(named(asked)) < CHOICE else set()
    denied = taken if said == "None." else named(" ".join(NO_SUCH.findall(said.lower())))
    claimed = (named(said) | (set() if denies(said) else taken)) - denied
    return len(claimed - shown(scene)) + (bool(denied) and denied <= shown(scene))
