"""The rule-based reward for an answer to a request, which is the share of four criteria that the answer meets.

A text counts as an answer only if it consists of a possible answer, right or wrong, alone or in the expected sentence,
with optional courtesies before and after it. Any other text (an empty text, nonsense, the question, two answers, or an
answer with extra words) meets no criterion.
"""

import re
from dataclasses import dataclass, fields
from typing import NamedTuple

from course_lib.world.dialogues.answers import CLOSINGS, OPENINGS
from course_lib.world.dialogues.question import KeyedQuestion
from course_lib.world.dialogues.requests import request_for

ANSWER = re.compile(
    rf"(?P<opening>(?:{'|'.join(OPENINGS)}) )?(?P<core>[^.:]+)(?P<stop>\.?)"
    rf"(?P<closing> (?:{'|'.join(closing.removesuffix('.') for closing in CLOSINGS)})(?P<end>\.?))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Score:
    """The result of scoring an answer: whether it meets each of the four criteria.

    Args:
        correct: True if everything in the answer is true.
        polite: True if the answer contains a courtesy.
        complete: True if the answer has all the parts of the key and ends with a full stop.
        formatted: True if the answer has the form that the request requires.
    """

    correct: bool = False
    polite: bool = False
    complete: bool = False
    formatted: bool = False

    @property
    def reward(self) -> float:
        """The share of criteria that the answer meets: 0, 0.25, 0.5, 0.75, or 1."""
        return (self.correct + self.polite + self.complete + self.formatted) / 4


CRITERIA = tuple(criterion.name for criterion in fields(Score))


class Reading(NamedTuple):
    """A parsed answer.

    Args:
        parts: the parts of the answer in lower case, such as the days in a list of days.
        is_sentence: True if the answer is the expected sentence, and False if it is only the parts.
        is_true: True if everything in the answer is true, even if some parts are missing.
    """

    parts: tuple[str, ...]
    is_sentence: bool
    is_true: bool


def true_reward(prompt: str, response: str) -> Score:
    """Check by rules which criteria a response to a request meets, and return its `Score`.

    Args:
        prompt: the text of a request of the little world.
        response: the text of the answer.

    Raises:
        CourseError: the little world has no request with this text.
    """
    request = request_for(prompt)
    found = ANSWER.fullmatch(response.strip())
    reading = found and read(request.question, found["core"])
    if not reading:
        return Score()
    ended = found["stop"] == "." and found["end"] != ""
    return Score(
        correct=reading.is_true,
        polite=bool(found["opening"] or found["closing"]),
        complete=ended and len(reading.parts) == len(request.question.key),
        formatted=has_form(request.form, found["core"], reading),
    )


def read(question: KeyedQuestion, core: str) -> Reading | None:
    """Parse an answer to a question, and return None if the text is not a possible answer, right or wrong.

    Args:
        question: the question.
        core: the answer without courtesies and without the full stop.
    """
    framed = question.frame.fullmatch(core)
    if framed and len(question.key) == 1:
        parts, truth = (framed[1].lower(),), core.lower() == question.sentence(question.key[0]).lower()
        return Reading(parts, True, truth) if parts[0] in question.options else None
    parts = tuple(re.split(", | and ", core.lower()))
    if len(set(parts)) < len(parts) or not question.options.issuperset(parts):
        return None
    return Reading(parts, False, is_ordered_choice(parts, [part.lower() for part in question.key]))


def is_ordered_choice(parts: tuple[str, ...], key: list[str]) -> bool:
    """Return True if all parts belong to the key and are in the same order as in the key."""
    return [part for part in key if part in parts] == list(parts)


def has_form(form: str, core: str, reading: Reading) -> bool:
    """Return True if an answer has the form that the request requires.

    Args:
        form: the name of the form, a key of `requests.FORMS`.
        core: the answer without courtesies and without the full stop.
        reading: the same answer after parsing.
    """
    return {
        "word": not reading.is_sentence and " " not in core,
        "capitals": core.isupper(),
        "sentence": reading.is_sentence,
        "list": " and " not in core.lower(),
    }[form]
