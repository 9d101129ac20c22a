"""Several conversations in one row of a batch: hardly any padding, and each is read as if it were alone."""

from dataclasses import dataclass

import torch

from course_lib.data.batching import Batch, check_budget, epoch_generator
from course_lib.data.tokenizer import PAD


@dataclass(frozen=True)
class PackedBatch(Batch):
    """Rows of several conversations, one behind the other, B T each.

    `tokens` is what the model reads; `labels` the next token where that is the assistant's, else <pad>; `positions`
    count from 0 in each conversation, and `segments` number them from 1 (padding: position -1, segment 0), so that
    attention can stay inside each.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    segments: torch.Tensor

    @property
    def inputs(self):
        """What a model is called with."""
        return {"tokens": self.tokens, "positions": self.positions, "segments": self.segments}

    @property
    def num_tokens(self):
        """Useful tokens: those that are read, without padding."""
        return int((self.segments != 0).sum())


def pack(rows):
    """A `PackedBatch`; each row is a list of conversations as `ChatTemplate.training` gives them.

    The label of a position is the token after it, if that is a completion token; so a conversation's last token is
    never read, and its first never a label.
    """
    length = max(sum(len(ids) - 1 for ids, _ in row) for row in rows)
    tokens, labels, segments = (torch.full((len(rows), length), PAD) for _ in range(3))
    positions = torch.full((len(rows), length), -1)
    for i, row in enumerate(rows):
        start = 0
        for number, (ids, is_completion) in enumerate(row, start=1):
            ids, is_completion = torch.tensor(ids), torch.tensor(is_completion)
            place = slice(start, start := start + len(ids) - 1)
            tokens[i, place] = ids[:-1]
            labels[i, place] = ids[1:].masked_fill(~is_completion[1:], PAD)
            positions[i, place] = torch.arange(len(ids) - 1)
            segments[i, place] = number
    return PackedBatch(labels=labels, tokens=tokens, positions=positions, segments=segments)


class PackedBatches:
    """The batches of a set of conversations, packed in a new random order each epoch, the same for the same seed.

    Args:
        examples: (ids, is_completion) for each conversation, as `ChatTemplate.training` gives them.
        max_length: the most tokens in a row, such as the context of the model.
        tokens_per_batch: the most tokens in a batch, padding included; at least one row.
        seed: of the order.

    Raises:
        CourseError: no examples, or one that alone exceeds `max_length`; `tokens_per_batch` is less than one row.
    """

    def __init__(self, examples, max_length, tokens_per_batch, seed=0):
        self.examples, self.max_length, self.seed = examples, max_length, seed
        self.lengths = [len(ids) - 1 for ids, _ in examples]
        check_budget([(length,) for length in self.lengths], max_length)
        check_budget([(max_length,)], tokens_per_batch)
        self.rows_per_batch = tokens_per_batch // max_length

    def epoch(self, number):
        """The batches of epoch `number`: lists of rows, which are lists of indices into `examples`."""
        order = torch.randperm(len(self.examples), generator=epoch_generator(self.seed, number)).tolist()
        rows = first_fit(order, self.lengths, self.max_length)
        return [rows[i : i + self.rows_per_batch] for i in range(0, len(rows), self.rows_per_batch)]

    def batch(self, rows):
        """The `PackedBatch` of an item of `epoch`."""
        return pack([[self.examples[i] for i in row] for row in rows])


def first_fit(order, lengths, room):
    """Put each item into the first row that has room for it: lists of indices; rows without any room are closed."""
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
