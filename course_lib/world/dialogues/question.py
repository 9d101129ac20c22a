"""Questions with a known correct answer (the *key*), other possible answers, and the answer as a sentence."""

import re
from dataclasses import dataclass
from functools import cached_property

SLOT = re.compile(r"\\\[.*?\\\]")  # brackets as they look after re.escape
WORDS = r"\\w+(?: \\w+){0,2}"  # one to three words; the backslashes are doubled for re.sub


@dataclass(frozen=True)
class KeyedQuestion:
    """A question with a known correct answer (the *key*) and other possible answers.

    Args:
        text: the question.
        key: the parts of the correct answer. Most questions have only one.
        statement: the answer as a sentence, with {} for the key, and with words from the question in brackets, such as
            "[blue] and [yellow] give {}."
        options: all possible parts of an answer, right or wrong.
        mistakes: likely wrong parts.
        combination: the two words whose combination can be held out, or ().
    """

    text: str
    key: tuple[str, ...]
    statement: str
    options: frozenset[str]
    mistakes: tuple[str, ...]
    combination: tuple[str, ...] = ()

    def sentence(self, value: str) -> str:
        """Return the answer as a sentence with the given value, without the full stop."""
        text = re.sub(r"[\[\]]", "", self.statement).format(value).removesuffix(".")
        return text[0].upper() + text[1:]

    @cached_property
    def frame(self) -> re.Pattern[str]:
        """A regular expression that matches any answer to this kind of question as a sentence without its full stop."""
        pattern = SLOT.sub(WORDS, re.escape(self.statement.removesuffix(".")))
        return re.compile(pattern.replace(re.escape("{}"), "(.+)"), re.IGNORECASE)
