"""The vocabulary of a training set, to detect words that a model has never seen."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from course_lib.errors import CourseError
from course_lib.files import read_json, write_json

WORD = re.compile(r"[^\W\d_]+|\d|[^\w\s]|_")  # a run of letters, a digit, or a punctuation mark


class MetWords:
    """The words, digits, and punctuation marks of a training set, in lower case."""

    file = "words.json"

    def __init__(self, words: Iterable[str]):
        self.words = frozenset(words)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Create the vocabulary of the given texts."""
        return cls(word for text in texts for word in split(text))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Load a vocabulary from a `words.json`.

        Raises:
            CourseError: the file is missing or damaged.
        """
        words = read_json(path)
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise CourseError(f"{path} is damaged: it must contain a JSON list of words")
        return cls(words)

    def save(self, path: Path | str) -> None:
        """Write the vocabulary to a `words.json` atomically."""
        write_json(path, sorted(self.words))

    def missing(self, text: str) -> list[str]:
        """Return the words of a text that are not in the vocabulary, in order and without repetitions."""
        return [word for word in dict.fromkeys(split(text)) if word not in self.words]


def split(text: str) -> list[str]:
    """Split a text into its words, digits, and punctuation marks, all in lower case."""
    return WORD.findall(unicodedata.normalize("NFC", text).lower())
