"""An automatic check for hallucinations, which counts the false claims in an answer about a little-world picture."""

import re

from course_lib.evaluation.false_premises import denies
from course_lib.world.scenes import Scene
from course_lib.world.scenes.truth import named, shown

CHOICE = 3
NO_SUCH = re.compile(r"\bno (\w+)")


def falsehoods(scene: Scene, asked: str, said: str) -> int:
    """Count the false claims in an answer to a question about a picture.

    Each object that the answer claims but the picture doesn't show is a false claim. If all the objects that the answer
    denies are in the picture, the denial counts as one false claim. An answer without a negation also claims the
    objects in the question, unless the question offers a choice, such as "Is it a man, a woman, a boy or a girl?"

    Args:
        scene: the scene that the picture shows.
        asked: the question.
        said: the answer.
    """
    taken = named(asked) if len(named(asked)) < CHOICE else set()
    denied = taken if said == "None." else named(" ".join(NO_SUCH.findall(said.lower())))
    claimed = (named(said) | (set() if denies(said) else taken)) - denied
    return len(claimed - shown(scene)) + (bool(denied) and denied <= shown(scene))
