"""Requests: questions with one correct answer, which must have a certain form, such as capital letters.

The set of requests is fixed, so a reward function can look up the correct answer by the text of the request.
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
    """A question, and the form that its answer must have (a key of FORMS)."""

    question: KeyedQuestion
    form: str

    @property
    def prompt(self) -> str:
        """The user's message: the question and the instruction about the form of the answer."""
        return f"{self.question.text} {FORMS[self.form]}"

    @property
    def group(self) -> Group:
        """The split of the request, and the reason why it is held out ("" in the training split)."""
        return group_for(self.prompt, self.question.combination)


@lru_cache(maxsize=1)
def requests_by_prompt() -> dict[str, Request]:
    """Return all requests, as a dict from prompts to requests."""
    requests = (Request(question, form) for question in questions() for form in forms_for(question))
    return {request.prompt: request for request in requests}


def forms_for(question: KeyedQuestion) -> tuple[str, ...]:
    """Return the forms that the answer to a question can have."""
    if len(question.key) > 1:
        return "list", "capitals"
    return ("capitals", "sentence") if " " in question.key[0] else ("word", "capitals", "sentence")


def requests_of(split: str) -> list[Request]:
    """Return all requests that belong to a split."""
    return [request for request in requests_by_prompt().values() if request.group[0] == split]


def request_for(prompt: str) -> Request:
    """Find a request by its text.

    Raises:
        CourseError: there is no request with this text.
    """
    request = requests_by_prompt().get(prompt.strip())
    if request is None:
        raise CourseError(
            f"the prompt must be a request of the little world (a question and the form of its answer, "
            f'such as "{next(iter(requests_by_prompt()))}"), got "{prompt}"'
        )
    return request
