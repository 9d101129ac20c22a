"""Pack several conversations into a batch row, to save padding. Attention stays within each conversation."""

from collections.abc import Iterable, Sequence
from functools import partial

import torch

from course_lib.data.batches import Batches, Indices, check_budget
from course_lib.data.chat import Example
from course_lib.data.rows import TokenBatch
from course_lib.data.tokenizer import PAD


def pack(rows: Sequence[Sequence[Example]]) -> TokenBatch:
    """Return a `TokenBatch` in which each row contains several `Example`s, one after the other.

    The last token of each conversation is left out, because the model does not predict anything after it.
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
    """Return `Batches` of packed conversations, in a new random order each epoch.

    Args:
        examples: the conversations.
        max_length: the maximum number of tokens in a row, such as the model's context length.
        tokens_per_batch: the maximum number of tokens in a batch, including padding; at least `max_length`.
        seed: the seed for the order.

    Raises:
        CourseError: there are no examples, an example is longer than `max_length`, or `max_length` is greater than
            `tokens_per_batch`.
    """
    lengths = [len(example.ids) - 1 for example in examples]
    check_budget([(length,) for length in lengths], max_length)
    check_budget([(max_length,)], tokens_per_batch)
    order = partial(fill_rows, lengths, max_length, tokens_per_batch // max_length)
    return Batches(examples, partial(packed_batch, max_length), order, seed)


def packed_batch(max_length: int, examples: Sequence[Example], random: torch.Generator | None = None) -> TokenBatch:
    """Pack examples, in the given order, into a `TokenBatch` whose rows have at most `max_length` tokens."""
    lengths = [len(example.ids) - 1 for example in examples]
    rows = first_fit(range(len(examples)), lengths, max_length)
    return pack([[examples[i] for i in row] for row in rows])


def fill_rows(lengths: Sequence[int], max_length: int, rows_per_batch: int, random: torch.Generator) -> Indices:
    """Pack items in random order into rows, and return the indices of the items in each batch of rows."""
    order = torch.randperm(len(lengths), generator=random).tolist()
    rows = first_fit(order, lengths, max_length)
    return [sum(rows[i : i + rows_per_batch], []) for i in range(0, len(rows), rows_per_batch)]


def first_fit(order: Iterable[int], lengths: Sequence[int], room: int) -> Indices:
    """Put each item into the first row with enough room, and return the items of each row.

    Packing the items of these rows again, row by row, gives the same rows. `packed_batch` relies on this.
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
