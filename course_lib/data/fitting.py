"""What a model has room for: real data has rows that are too long, and these are left out and counted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from course_lib.data.chat import ChatTemplate
from course_lib.data.dialogues import conversation
from course_lib.data.tokenizer import TextTokenizer
from course_lib.data.translations import translation_pairs

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

Items = TypeVar("Items")  # a data set, or a list


def fitting(rows: Items, lengths: Sequence[int], most: int) -> tuple[Items, int]:
    """The rows of at most so many tokens, and how many are longer.

    Args:
        lengths: for each row its tokens.
        most: as many fit.
    """
    kept = [i for i, length in enumerate(lengths) if length <= most]
    return rows.select(kept) if hasattr(rows, "select") else [rows[i] for i in kept], len(rows) - len(kept)


def fitting_translations(
    rows: "datasets.Dataset", tokenizer: TextTokenizer, max_length: int
) -> "tuple[datasets.Dataset, int]":
    """`fitting` rows of `load_translations`: neither side has more than `max_length` tokens."""
    return fitting(rows, [max(map(len, pair)) for pair in translation_pairs(rows, tokenizer)], max_length)


def fitting_captions(
    rows: "datasets.Dataset", tokenizer: TextTokenizer, max_length: int
) -> "tuple[datasets.Dataset, int]":
    """`fitting` rows of `load_captions`: no caption has more than `max_length` tokens."""
    return fitting(rows, [max(map(len, tokenizer.encode_batch(texts))) for texts in rows["caption"]], max_length)


def fitting_dialogues(rows: Items, template: ChatTemplate, max_length: int) -> tuple[Items, int]:
    """`fitting` rows of `load_dialogues`: the question, with all before it, leaves room for an answer."""
    return fitting(rows, [len(template.prompt(conversation(row)[:-1])) for row in rows], max_length - 1)


def fitting_preferences(rows: Items, template: ChatTemplate, max_length: int) -> tuple[Items, int]:
    """`fitting` rows of `load_preferences`: both sides, with all before them, fit whole."""
    lengths = [max(len(template.training(row[side]).ids) for side in ("chosen", "rejected")) for row in rows]
    return fitting(rows, lengths, max_length)
