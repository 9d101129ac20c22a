"""Questions with false premises: how a model answers questions about objects that a little-world picture lacks."""

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
Premise = tuple[int, str, SceneTurn]  # the number of the picture, the group, and the turn


@dataclass(frozen=True)
class PremiseScores:
    """The answers to questions with false premises, in percent. The three shares add up to 100.

    Args:
        questions: the number of questions.
        as_asked: the share of answers that equal the expected denial.
        otherwise: the share of answers that deny in other words ("No." instead of "None.").
        goes_along: the share of answers that accept the false premise.
    """

    questions: int
    as_asked: float
    otherwise: float
    goes_along: float


def evaluate_premises(
    scenes: Sequence[Scene], features: Features, model: Vlm, template: ChatTemplate
) -> dict[str, PremiseScores]:
    """Ask about objects that are not in each scene, and score the answers.

    Args:
        scenes: the scenes in the pictures.
        features: the features of the pictures.
        model: a `Vlm`.
        template: its `ChatTemplate`.

    Returns:
        The `PremiseScores` by group: "all"; "known", with phrasings from training; "wording", the same questions with
            held-out phrasings; "count", how many there are; and "slide", the slide's question about the shirt of an
            absent person.
    """
    asked = premises_about(scenes)
    answers = answer_turns([(number, turn) for number, _, turn in asked], features, model, template)
    return score_premises(asked, answers)


def premises_about(scenes: Sequence[Scene]) -> list[Premise]:
    """Generate the questions of `evaluate_premises`, with random but reproducible forms and phrasings."""
    return [(number, *each) for number, scene in enumerate(scenes) for each in false_turns(scene)]


def false_turns(scene: Scene) -> Iterator[tuple[str, SceneTurn]]:
    """Yield pairs of a group and a turn about something that a scene lacks."""
    rng = Rng(digest(f"false turns {scene!r}"))
    for question in false_premises(scene):
        shown, held_out_wording = ("count", "count") if question.topic == "count" else ("known", "wording")
        yield shown, make_turn(rng, question)
        yield held_out_wording, make_turn(rng, question, held_out_wording=True)
        if question.words.get("worn") == "shirt":
            yield "slide", as_on_the_slide(rng, question)


def as_on_the_slide(rng: Rng, question: Question) -> SceneTurn:
    """Convert a question with a false premise into a dialogue turn, with the slide's wording and a random form."""
    form = rng.pick(tuple(FORMS))
    return SceneTurn(**question.turn(form), kind=question.kind, form=form)


def answer_turns(
    asked: Sequence[tuple[int, SceneTurn]],
    features: Features,
    model: Vlm,
    template: ChatTemplate,
    choose: Choose = likeliest,
) -> list[Answer]:
    """Return the model's `Answer` to each turn.

    Args:
        asked: pairs of a picture's number and a turn.
        features: the features of the pictures.
        model: a `Vlm`.
        template: its `ChatTemplate`.
        choose: a function from logits to token ids; see `generate`.
    """
    pictures = features[[number for number, _ in asked]]
    return answer(questions_about(pictures, [turn.user for _, turn in asked]), model, template, choose)


def score_premises(asked: Sequence[Premise], answers: Sequence[Answer]) -> dict[str, PremiseScores]:
    """Return the `PremiseScores` by group."""
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
    """Return True if an answer contains a negation, such as no, none, not, nobody, or nothing."""
    return bool(NO.search(text))
