"""Filters that keep the rows that fit into a model's context, and count the rows that are too long."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from course_lib.data.chat import ChatTemplate
from course_lib.data.dialogues import conversation
from course_lib.data.tokenizer import TextTokenizer
from course_lib.data.translations import translation_pairs

if TYPE_CHECKING:  # slow to import
    import datasets

Items = TypeVar("Items")  # a data set, or a list


def fitting(rows: Items, lengths: Sequence[int], most: int) -> tuple[Items, int]:
    """Keep the rows with at most `most` tokens, and return them with the number of rows that were removed.

    Args:
        rows: a data set or a list.
        lengths: the number of tokens in each row.
        most: the maximum number of tokens in a row.
    """
    kept = [i for i, length in enumerate(lengths) if length <= most]
    return rows.select(kept) if hasattr(rows, "select") else [rows[i] for i in kept], len(rows) - len(kept)


def fitting_translations(
    rows: "datasets.Dataset", tokenizer: TextTokenizer, max_length: int
) -> "tuple[datasets.Dataset, int]":
    """Keep the sentence pairs in which both sides have at most `max_length` tokens; see `fitting`."""
    return fitting(rows, [max(map(len, pair)) for pair in translation_pairs(rows, tokenizer)], max_length)


def fitting_captions(
    rows: "datasets.Dataset", tokenizer: TextTokenizer, max_length: int
) -> "tuple[datasets.Dataset, int]":
    """Keep the pictures whose captions all have at most `max_length` tokens; see `fitting`."""
    return fitting(rows, [max(map(len, tokenizer.encode_batch(texts))) for texts in rows["caption"]], max_length)


def fitting_dialogues(rows: Items, template: ChatTemplate, max_length: int) -> tuple[Items, int]:
    """Keep the dialogues whose prompts are shorter than `max_length` tokens and so leave room for an answer."""
    return fitting(rows, [len(template.prompt(conversation(row)[:-1])) for row in rows], max_length - 1)


def fitting_preferences(rows: Items, template: ChatTemplate, max_length: int) -> tuple[Items, int]:
    """Keep the preference pairs in which both conversations have at most `max_length` tokens; see `fitting`."""
    lengths = [max(len(template.training(row[side]).ids) for side in ("chosen", "rejected")) for row in rows]
    return fitting(rows, lengths, max_length)
