"""Packing: several conversations per batch row, with little padding and no attention between conversations."""

from collections.abc import Iterable, Sequence
from functools import partial

import torch

from course_lib.data.batches import Batches, Indices, check_budget
from course_lib.data.chat import Example
from course_lib.data.rows import TokenBatch
from course_lib.data.tokenizer import PAD


def pack(rows: Sequence[Sequence[Example]]) -> TokenBatch:
    """Return a `TokenBatch` whose rows each contain several `Example`s, one after the other.

    The last token of a conversation is left out, because nothing is predicted after it.
    """
    length = max(sum(len(example.ids) - 1 for example in row) for row in rows)
    tokens, labels, segments = (torch.full((len(rows), length), PAD) for _ in range(3))
    positions = torch.full((len(rows), length), -1)
    for i, row in enumerate(rows):
        start = 0
        for number, example in enumerate(row, start=1):
            end = start + len(example.ids) - 1
            tokens[i, start:end] = torch.tensor(example.ids[:-1])
            labels[i, start:end] = torch.tensor(example.labels[:-1])
            positions[i, start:end] = torch.arange(end - start)
            segments[i, start:end] = number
            start = end
    return TokenBatch(labels=labels, tokens=tokens, positions=positions, segments=segments)


def packed_batches(examples: Sequence[Example], max_length: int, tokens_per_batch: int, seed: int = 0) -> Batches:
    """Return the `Batches` of conversations, packed in a new random order each epoch.

    Args:
        examples: the conversations.
        max_length: the maximum number of tokens in a row, such as the model's context length.
        tokens_per_batch: the maximum number of tokens in a batch, including padding. It must allow at least one row.
        seed: the seed for the order.

    Raises:
        CourseError: there are no examples, an example exceeds `max_length`, or a row exceeds `tokens_per_batch`.
    """
    lengths = [len(example.ids) - 1 for example in examples]
    check_budget([(length,) for length in lengths], max_length)
    check_budget([(max_length,)], tokens_per_batch)
    order = partial(fill_rows, lengths, max_length, tokens_per_batch // max_length)
    return Batches(examples, partial(packed_batch, max_length), order, seed)


def packed_batch(max_length: int, examples: Sequence[Example], random: torch.Generator | None = None) -> TokenBatch:
    """Return a `TokenBatch` whose rows have at most `max_length` tokens, filled in the order of the examples."""
    lengths = [len(example.ids) - 1 for example in examples]
    rows = first_fit(range(len(examples)), lengths, max_length)
    return pack([[examples[i] for i in row] for row in rows])


def fill_rows(lengths: Sequence[int], max_length: int, rows_per_batch: int, random: torch.Generator) -> Indices:
    """Pack items in random order into rows, and return the items' indices for each batch of `rows_per_batch` rows."""
    order = torch.randperm(len(lengths), generator=random).tolist()
    rows = first_fit(order, lengths, max_length)
    return [sum(rows[i : i + rows_per_batch], []) for i in range(0, len(rows), rows_per_batch)]


def first_fit(order: Iterable[int], lengths: Sequence[int], room: int) -> Indices:
    """Put each item into the first row with enough room, and return the items of each row.

    If the items of some rows are packed again, row by row, they get the same places.
    """
    shortest, rows, open_rows = min(lengths), [], []
    for i in order:
        row = next((row for row in open_rows if row[1] >= lengths[i]), None)
        if row is None:
            row = [[], room]
            rows.append(row)
            open_rows.append(row)
        row[0].append(i)
        row[1] -= lengths[i]
        if row[1] < shortest:
            open_rows.remove(row)
    return [items for items, _ in rows]
