"""A question with a short key: what is right, what else could be taken for an answer, and how a sentence tells it."""

import re
from dataclasses import dataclass
from functools import cached_property

SLOT = re.compile(r"\\\[.*?\\\]")  # brackets, as re.escape writes them
WORDS = r"\\w+(?: \\w+){0,2}"  # what may stand in a slot; the backslashes are doubled for re.sub


@dataclass(frozen=True)
class KeyedQuestion:
    """A question, the parts of its key, and what else could be taken for an answer.

    `statement` is the answer as a sentence: "[blue] and [yellow] give {}.", with {} for the key and in brackets what
    comes from the question. `options` are all values that a part may have, `mistakes` the likely wrong ones.
    """

    text: str
    key: tuple[str, ...]
    statement: str
    options: frozenset[str]
    mistakes: tuple[str, ...]
    combination: tuple[str, ...] = ()

    def sentence(self, value: str) -> str:
        """The statement with a value in the place of the key, without its full stop."""
        text = re.sub(r"[\[\]]", "", self.statement).format(value).removesuffix(".")
        return text[0].upper() + text[1:]

    @cached_property
    def frame(self) -> re.Pattern[str]:
        """A pattern for any statement of this kind, right or wrong, without its full stop."""
        pattern = SLOT.sub(WORDS, re.escape(self.statement.removesuffix(".")))
        return re.compile(pattern.replace(re.escape("{}"), "(.+)"), re.IGNORECASE)
