"""The little world's stories as one stream of characters, cut into pieces of equal length.

A piece can begin anywhere, even in the middle of a word, so no position in a piece has a special meaning.
"""

from functools import cache

from course_lib.data.characters import CharacterTokenizer
from course_lib.data.stories import load_stories

STORIES = {"train": 3000, "validation": 300}  # the number of stories per split


@cache
def text(split: str = "train") -> str:
    """Return the first stories of a split as one text, joined by spaces."""
    return " ".join(load_stories("world", split)["text"][: STORIES[split]])


@cache
def tokenizer() -> CharacterTokenizer:
    """Return a tokenizer with one token for each distinct character of the training text."""
    return CharacterTokenizer(text())


@cache
def pieces(length: int, split: str = "train") -> list[list[int]]:
    """Return the token ids of a split's text, cut into pieces of `length`. A shorter last piece is left out."""
    ids = tokenizer().encode(text(split))
    return [ids[i : i + length] for i in range(0, len(ids) - length + 1, length)]
