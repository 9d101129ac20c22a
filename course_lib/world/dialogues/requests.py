"""Requests: a question with one right key, and the form in which it wants to be answered.

There is a fixed number of them, so that a request, and with it all that its answer is judged by, can be looked up by
its text.
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
        """What the user says."""
        return f"{self.question.text} {FORMS[self.form]}"

    @property
    def group(self) -> Group:
        """The (split, held_out) of the request, as of any other dialogue."""
        return group_for(self.prompt, self.question.combination)


@lru_cache(maxsize=1)
def requests_by_prompt() -> dict[str, Request]:
    """A dict from each prompt to its request."""
    requests = (Request(question, form) for question in questions() for form in forms_for(question))
    return {request.prompt: request for request in requests}


def forms_for(question: KeyedQuestion) -> tuple[str, ...]:
    """The forms in which a question can be answered."""
    if len(question.key) > 1:
        return "list", "capitals"
    return ("capitals", "sentence") if " " in question.key[0] else ("word", "capitals", "sentence")


def requests_of(split: str) -> list[Request]:
    """The requests of a split."""
    return [request for request in requests_by_prompt().values() if request.group[0] == split]


def request_for(prompt: str) -> Request:
    """The request with this text. Raises CourseError when it is none of the little world's."""
    request = requests_by_prompt().get(prompt.strip())
    if request is None:
        raise CourseError(
            f'"{prompt}" is not a request of the little world; expected a question and a form, '
            f'such as "{next(iter(requests_by_prompt()))}"'
        )
    return request
