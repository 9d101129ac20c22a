"""Talk about scenes: some turns about each, of different kinds and asked in different forms."""

from dataclasses import dataclass

from course_lib.world.dialogues_draft import shuffled
from course_lib.world.dice import Dice
from course_lib.world.pairs import digest
from course_lib.world.scene_questions import FORMS, false_premises, questions
from course_lib.world.scenes import make_scenes

TURNS = 4
PREMISE = 0.05  # how often `comparisons` have a question about something that isn't there


@dataclass(frozen=True)
class Turn:
    """What is asked about a picture and answered, the kind of question, and the form in which it is asked."""

    user: str
    assistant: str
    kind: str
    form: str


def make_scene_dialogues(split="train"):
    """A list of pairs (scene, its turns) for a split. Raises CourseError for another split."""
    return [(scene, turns(scene)) for scene in make_scenes(split)]


def turns(scene):
    """Four turns about a scene, or as many as there are kinds of questions, each of another kind."""
    dice = Dice(digest(f"turns {scene!r}"))
    by_kind = {}
    for question in questions(scene):
        by_kind.setdefault(question.kind, []).append(question)
    chosen = [dice.pick(by_kind[kind]) for kind in shuffled(dice, list(by_kind))[:TURNS]]
    return tuple(make_turn(question, dice.pick(tuple(FORMS))) for question in chosen)


def make_turn(question, form):
    """The Turn of a question in a form."""
    return Turn(**question.turn(form), kind=question.kind, form=form)


def comparisons(scene):
    """All yes/no questions about a scene as turns, in a random order and random forms; rarely with a false premise."""
    dice = Dice(digest(f"comparisons {scene!r}"))
    asked = [question for question in questions(scene) if question.kind == "yes/no"]
    if dice.chance(PREMISE):
        asked.append(dice.pick(false_premises(scene)))
    return tuple(make_turn(question, dice.pick(tuple(FORMS))) for question in shuffled(dice, asked))
