"""The little world's stories as one text of characters, cut into pieces that begin anywhere.

A piece tells nothing about positions: it may begin in the middle of a word.
"""

from functools import cache

from course_lib.data.characters import CharacterTokenizer
from course_lib.data.stories import load_stories

STORIES = {"train": 3000, "validation": 300}  # how many of each split


@cache
def text(split: str = "train") -> str:
    """The first stories of a split, joined by spaces."""
    return " ".join(load_stories("world", split)["text"][: STORIES[split]])


@cache
def tokenizer() -> CharacterTokenizer:
    """One token for each character of the training text."""
    return CharacterTokenizer(text())


@cache
def pieces(length: int, split: str = "train") -> list[list[int]]:
    """The text as token ids, cut into pieces of `length`; a shorter rest is dropped."""
    ids = tokenizer().encode(text(split))
    return [ids[i : i + length] for i in range(0, len(ids) - length + 1, length)]
