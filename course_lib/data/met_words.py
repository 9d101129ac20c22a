"""The words of a training set: what is not among them, a model has never met, whatever it makes of it."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from course_lib.errors import CourseError
from course_lib.files import read_json, write_json

WORD = re.compile(r"[^\W\d_]+|\d|[^\w\s]|_")  # letters in a row, or one digit, or one sign


class MetWords:
    """A set of words, digits and signs, in small letters."""

    file = "words.json"

    def __init__(self, words: Iterable[str]):
        self.words = frozenset(words)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """All words of the texts."""
        return cls(word for text in texts for word in split(text))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a `words.json`. Raises CourseError when it is missing or damaged."""
        words = read_json(path)
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise CourseError(f"{path} holds no list of words")
        return cls(words)

    def save(self, path: Path | str) -> None:
        """Write a `words.json`, atomically."""
        write_json(path, sorted(self.words))

    def missing(self, text: str) -> list[str]:
        """The words of a text that are not in the set, each once, in their order."""
        return [word for word in dict.fromkeys(split(text)) if word not in self.words]


def split(text: str) -> list[str]:
    """The words, digits and signs of a text, in small letters."""
    return WORD.findall(unicodedata.normalize("NFC", text).lower())
