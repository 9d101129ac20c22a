"""Whether a model goes along with questions about what isn't in the picture, in the little world."""

from collections.abc import Callable, Iterable, Sequence

from course_lib.data import ChatTemplate, questions_about
from course_lib.evaluation.chat import Answer, answer
from course_lib.models import Vlm
from course_lib.shapes import Features
from course_lib.world.scenes.questions import FORMS, Question, false_premises
from course_lib.world.scenes.scene import Scene


def of_each(scenes: Sequence[Scene], ask: Callable[[Scene], Iterable[Question]]) -> list[tuple[int, Question]]:
    """The number of each scene with each question that `ask` gives about it."""
    return [(number, question) for number, scene in enumerate(scenes) for question in ask(scene)]


def answer_premises(
    asked: Sequence[tuple[int, Question, str]], features: Features, model: Vlm, template: ChatTemplate
) -> list[Answer]:
    """The `Answer` of the model to triples of the number of a picture, a `Question` and a form."""
    texts = [question.turn(form)["user"] for _, question, form in asked]
    return answer(questions_about(features[[number for number, *_ in asked]], texts), model, template)


def hallucination_rate(scenes: Sequence[Scene], features: Features, model: Vlm, template: ChatTemplate) -> float:
    """The share of false premises, asked in all forms, that the model goes along with, in percent.

    It does so if it doesn't say that what is asked about isn't there, in the expected words.
    """
    asked = [(number, question, form) for number, question in of_each(scenes, false_premises) for form in FORMS]
    said = answer_premises(asked, features, model, template)
    wrong = [a.text != question.turn(form)["assistant"] for a, (_, question, form) in zip(said, asked, strict=True)]
    return 100 * sum(wrong) / len(wrong)
