"""Questions with a short key: the correct answer, other possible answers, and the answer as a sentence."""

import re
from dataclasses import dataclass
from functools import cached_property

SLOT = re.compile(r"\\\[.*?\\\]")  # brackets, as re.escape writes them
WORDS = r"\\w+(?: \\w+){0,2}"  # the possible contents of a slot, with doubled backslashes for re.sub


@dataclass(frozen=True)
class KeyedQuestion:
    """A question, the parts of its key, and other possible answers.

    `statement` is the answer as a sentence: "[blue] and [yellow] give {}.", with {} for the key and the words of the
    question in brackets. `options` are all possible values of a part, and `mistakes` are likely wrong values.
    """

    text: str
    key: tuple[str, ...]
    statement: str
    options: frozenset[str]
    mistakes: tuple[str, ...]
    combination: tuple[str, ...] = ()

    def sentence(self, value: str) -> str:
        """Return the statement with a value instead of the key, without its full stop."""
        text = re.sub(r"[\[\]]", "", self.statement).format(value).removesuffix(".")
        return text[0].upper() + text[1:]

    @cached_property
    def frame(self) -> re.Pattern[str]:
        """Return a pattern for all statements of this kind, right or wrong, without the full stop."""
        pattern = SLOT.sub(WORDS, re.escape(self.statement.removesuffix(".")))
        return re.compile(pattern.replace(re.escape("{}"), "(.+)"), re.IGNORECASE)
