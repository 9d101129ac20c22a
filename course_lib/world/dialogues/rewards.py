"""The true reward of an answer to a request: four criteria that are checked by rules.

A text only counts as an answer if it matches word for word: an optional courtesy, then the key or another possible
answer, alone or in its sentence. Any other text (an empty text, nonsense, the question, two answers, an answer with
extra words) meets no criterion.
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
    """The criteria that an answer meets."""

    correct: bool = False
    polite: bool = False
    complete: bool = False
    formatted: bool = False

    @property
    def reward(self) -> float:
        """The share of criteria that are met: 0, 0.25, 0.5, 0.75, or 1."""
        return (self.correct + self.polite + self.complete + self.formatted) / 4


CRITERIA = tuple(criterion.name for criterion in fields(Score))


class Reading(NamedTuple):
    """A parsed answer: its parts, whether it is a sentence, and whether everything in it is true."""

    parts: tuple[str, ...]
    is_sentence: bool
    is_true: bool


def true_reward(prompt: str, response: str) -> Score:
    """Return the `Score` of a response to a request, both given as texts.

    Raises:
        CourseError: the prompt is not a request of the little world.
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
    """Return the `Reading` of an answer without courtesies and full stop, or None if it doesn't fit the question."""
    framed = question.frame.fullmatch(core)
    if framed and len(question.key) == 1:
        parts, truth = (framed[1].lower(),), core.lower() == question.sentence(question.key[0]).lower()
        return Reading(parts, True, truth) if parts[0] in question.options else None
    parts = tuple(re.split(", | and ", core.lower()))
    if len(set(parts)) < len(parts) or not question.options.issuperset(parts):
        return None
    return Reading(parts, False, is_ordered_choice(parts, [part.lower() for part in question.key]))


def is_ordered_choice(parts: tuple[str, ...], key: list[str]) -> bool:
    """Return True if the parts all belong to the key and are in its order."""
    return [part for part in key if part in parts] == list(parts)


def has_form(form: str, core: str, reading: Reading) -> bool:
    """Return True if an answer has the required form."""
    return {
        "word": not reading.is_sentence and " " not in core,
        "capitals": core.isupper(),
        "sentence": reading.is_sentence,
        "list": " and " not in core.lower(),
    }[form]
