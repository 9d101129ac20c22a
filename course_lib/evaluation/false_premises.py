"""Questions with false premises, which ask a model about objects that a picture of the little world doesn't show."""

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
Premise = tuple[int, str, SceneTurn]  # the index of the picture, the name of the group, and the dialogue turn


@dataclass(frozen=True)
class PremiseScores:
    """The scores of a model on questions with false premises. The three percentages add up to 100.

    Attributes:
        questions: the number of questions.
        as_asked: the percentage of answers that equal the expected denial.
        otherwise: the percentage of answers that deny the premise in other words, such as "No." instead of "None."
        goes_along: the percentage of answers that accept the false premise.
    """

    questions: int
    as_asked: float
    otherwise: float
    goes_along: float


def evaluate_premises(
    scenes: Sequence[Scene], features: Features, model: Vlm, template: ChatTemplate
) -> dict[str, PremiseScores]:
    """Ask a vision language model about objects that are not in the pictures, and score its answers.

    Args:
        scenes: the scenes that the pictures show.
        features: the features of the pictures, from `look_at`.
        model: a `Vlm`.
        template: the chat template of the model.

    Returns:
        The scores by group. The group "all" contains all questions, "known" contains questions phrased as in training,
            "wording" contains the same questions with held-out phrasings, "count" contains questions about the number
            of objects, and "slide" contains the slide's question about the shirt of a person who is not there.
    """
    asked = premises_about(scenes)
    answers = answer_turns([(number, turn) for number, _, turn in asked], features, model, template)
    return score_premises(asked, answers)


def premises_about(scenes: Sequence[Scene]) -> list[Premise]:
    """Generate questions with false premises about each scene, with random but reproducible forms and phrasings."""
    return [(number, *each) for number, scene in enumerate(scenes) for each in false_turns(scene)]


def false_turns(scene: Scene) -> Iterator[tuple[str, SceneTurn]]:
    """Generate dialogue turns about objects that are not in a scene, each with the name of its group."""
    rng = Rng(digest(f"false turns {scene!r}"))
    for question in false_premises(scene):
        shown, held_out_wording = ("count", "count") if question.topic == "count" else ("known", "wording")
        yield shown, make_turn(rng, question)
        yield held_out_wording, make_turn(rng, question, held_out_wording=True)
        if question.words.get("worn") == "shirt":
            yield "slide", as_on_the_slide(rng, question)


def as_on_the_slide(rng: Rng, question: Question) -> SceneTurn:
    """Convert a question with a false premise to a dialogue turn, with the slide's wording and a random form."""
    form = rng.pick(tuple(FORMS))
    return SceneTurn(**question.turn(form), kind=question.kind, form=form)


def answer_turns(
    asked: Sequence[tuple[int, SceneTurn]],
    features: Features,
    model: Vlm,
    template: ChatTemplate,
    choose: Choose = likeliest,
) -> list[Answer]:
    """Let a vision language model answer the question of each dialogue turn.

    Args:
        asked: pairs of the index of a picture and a dialogue turn about it.
        features: the features of the pictures, from `look_at`.
        model: a `Vlm`.
        template: the chat template of the model.
        choose: a function that chooses token ids from logits; see `generate`.
    """
    pictures = features[[number for number, _ in asked]]
    return answer(questions_about(pictures, [turn.user for _, turn in asked]), model, template, choose)


def score_premises(asked: Sequence[Premise], answers: Sequence[Answer]) -> dict[str, PremiseScores]:
    """Score the answers to questions with false premises, and return the scores of each group.

    Args:
        asked: the questions, from `premises_about`.
        answers: the model's answers, in the same order.
    """
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
    """Return True if an answer contains a negation, such as "no", "none", "not", or "nobody"."""
    return bool(NO.search(text))
