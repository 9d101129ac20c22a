"""Requests: a question with one correct key, and the required form of the answer.

The set of requests is fixed, so a request and its key can be found by its text.
"""

from dataclasses import dataclass
from functools import lru_cache

from course_lib.errors import CourseError
from course_lib.world.dialogues.catalogue import questions
from course_lib.world.dialogues.draft import group_for
from course_lib.world.dialogues.question import KeyedQuestion
from course_lib.world.splits import Group

FORMS = {
    "word": "Answer in one word.",
    "capitals": "Answer in capital letters.",
    "sentence": "Answer with a full sentence.",
    "list": "Answer with a list, separated by commas.",
}


@dataclass(frozen=True)
class Request:
    """A question and the name of a form."""

    question: KeyedQuestion
    form: str

    @property
    def prompt(self) -> str:
        """Return the user's text."""
        return f"{self.question.text} {FORMS[self.form]}"

    @property
    def group(self) -> Group:
        """Return the (split, held_out) of the request, as for other dialogues."""
        return group_for(self.prompt, self.question.combination)


@lru_cache(maxsize=1)
def requests_by_prompt() -> dict[str, Request]:
    """Return a dict from prompts to requests."""
    requests = (Request(question, form) for question in questions() for form in forms_for(question))
    return {request.prompt: request for request in requests}


def forms_for(question: KeyedQuestion) -> tuple[str, ...]:
    """Return the possible forms of a question's answer."""
    if len(question.key) > 1:
        return "list", "capitals"
    return ("capitals", "sentence") if " " in question.key[0] else ("word", "capitals", "sentence")


def requests_of(split: str) -> list[Request]:
    """Return the requests of a split."""
    return [request for request in requests_by_prompt().values() if request.group[0] == split]


def request_for(prompt: str) -> Request:
    """Return the request with this text.

    Raises:
        CourseError: the text is not a request of the little world.
    """
    request = requests_by_prompt().get(prompt.strip())
    if request is None:
        raise CourseError(
            f'"{prompt}" is not a request of the little world; expected a question and a form, '
            f'such as "{next(iter(requests_by_prompt()))}"'
        )
    return request
