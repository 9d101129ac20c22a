"""Whether a model goes along with questions about what isn't in the picture, in the little world."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course_lib.data import ChatTemplate, questions_about
from course_lib.evaluation.chat import Answer, answer
from course_lib.generation import likeliest
from course_lib.generation.sampling import Choose
from course_lib.models import Vlm
from course_lib.shapes import Features
from course_lib.world.rng import Rng
from course_lib.world.scenes.dialogues import SceneTurn, make_turn
from course_lib.world.scenes.questions import FORMS, Question, false_premises
from course_lib.world.scenes.scene import Scene
from course_lib.world.splits import digest

NO = re.compile(r"\b(?:no|none|not|nobody|nothing|nowhere|cannot)\b|n't\b", re.IGNORECASE)
Premise = tuple[int, str, SceneTurn]  # the number of the picture, the group, and what is asked


@dataclass(frozen=True)
class PremiseScores:
    """How a model answers questions about what isn't there, in percent; the three add up to 100.

    `as_asked`: it says so in the words and the form that were learned; `otherwise`: it denies in other words ("No." for
    "None."); `goes_along`: it answers as if it were there.
    """

    questions: int
    as_asked: float
    otherwise: float
    goes_along: float


def evaluate_premises(
    scenes: Sequence[Scene], features: Features, model: Vlm, template: ChatTemplate
) -> dict[str, PremiseScores]:
    """Ask each scene about what it doesn't show; `features` are those of the pictures.

    Returns:
        `PremiseScores` by group: "all"; "known", in wordings that training shows; "wording", the same questions in
        wordings that it holds out; "count", how many there are; "slide", the slide's question about the shirt of
        somebody who isn't there.
    """
    asked = premises_about(scenes)
    answers = answer_turns([(number, turn) for number, _, turn in asked], features, model, template)
    return score_premises(asked, answers)


def premises_about(scenes: Sequence[Scene]) -> list[Premise]:
    """Make the questions of `evaluate_premises`; forms and wordings are random, but the same on every machine."""
    return [(number, *each) for number, scene in enumerate(scenes) for each in false_turns(scene)]


def false_turns(scene: Scene) -> Iterator[tuple[str, SceneTurn]]:
    """Pairs of a group and a turn about what a scene doesn't show."""
    rng = Rng(digest(f"false turns {scene!r}"))
    for question in false_premises(scene):
        shown, held_out_wording = ("count", "count") if question.topic == "count" else ("known", "wording")
        yield shown, make_turn(rng, question)
        yield held_out_wording, make_turn(rng, question, held_out_wording=True)
        if question.words.get("worn") == "shirt":
            yield "slide", as_on_the_slide(rng, question)


def as_on_the_slide(rng: Rng, question: Question) -> SceneTurn:
    """A question in the slide's words, in one of its forms."""
    form = rng.pick(tuple(FORMS))
    return SceneTurn(**question.turn(form), kind=question.kind, form=form)


def answer_turns(
    asked: Sequence[tuple[int, SceneTurn]],
    features: Features,
    model: Vlm,
    template: ChatTemplate,
    choose: Choose = likeliest,
) -> list[Answer]:
    """The `Answer` of the model to each turn about the picture with this number."""
    pictures = features[[number for number, _ in asked]]
    return answer(questions_about(pictures, [turn.user for _, turn in asked]), model, template, choose)


def score_premises(asked: Sequence[Premise], answers: Sequence[Answer]) -> dict[str, PremiseScores]:
    """`PremiseScores` by group of the answers to what was asked."""
    done = defaultdict(list)
    for (_, group, turn), given in zip(asked, answers, strict=True):
        what = "as_asked" if given.text == turn.assistant else "otherwise" if denies(given.text) else "goes_along"
        done["all"].append(what)
        done[group].append(what)
    ways = "as_asked", "otherwise", "goes_along"
    return {
        group: PremiseScores(len(each), **{way: 100 * each.count(way) / len(each) for way in ways})
        for group, each in done.items()
    }


def denies(text: str) -> bool:
    """Return True if an answer says that something isn't there, in any words: no, none, not, nobody, nothing."""
    return bool(NO.search(text))
