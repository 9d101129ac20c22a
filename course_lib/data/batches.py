"""Group training examples into batches, in a random order that depends only on the seed."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from course_lib.data.rows import Rows
from course_lib.errors import CourseError

Indices = list[list[int]]  # the indices of each batch's items
Drawn = tuple[list[int], int]  # the indices of a batch's items, and a seed
Item = TypeVar("Item")  # a training example, such as the token ids of a text
Collate = Callable[[list[Item], torch.Generator], Rows]
Lengths = Sequence[tuple[int, ...]]  # the lengths of each item's sequences, such as (target, source)


@runtime_checkable
class BatchSource(Protocol):
    """The interface of a source of training batches: `Batches`, or a source that creates batches on demand."""

    def epoch(self, number: int) -> Sequence[Drawn]:
        """Return one entry for each batch of epoch `number`. `batch` turns an entry into a batch."""

    def batch(self, drawn: Drawn) -> Rows:
        """Build the batch that an entry returned by `epoch` describes."""


class Batches(Generic[Item]):
    """A set of training examples divided into batches, usually in a new random order each epoch.

    The same seed gives the same order on every machine.

    Args:
        items: the training examples.
        collate: a function that builds a batch from a list of items. It also gets a random number generator, for
            choices such as masking.
        order: a function that gets a random number generator and returns, for each batch of an epoch, the indices of
            its items.
        seed: the seed for the order and for `collate`.
    """

    def __init__(
        self,
        items: Sequence[Item] | Tensor,
        collate: Collate[Item],
        order: Callable[[torch.Generator], Indices],
        seed: int = 0,
    ):
        self.items, self.collate, self.order, self.seed = items, collate, order, seed

    def epoch(self, number: int) -> list[Drawn]:
        """Return one entry for each batch of epoch `number`: the indices of its items, and a seed for `collate`."""
        random = epoch_generator(self.seed, number)
        batches = self.order(random)
        seeds = torch.randint(2**62, (len(batches),), generator=random).tolist()
        return list(zip(batches, seeds, strict=True))

    def batch(self, drawn: Drawn) -> Rows:
        """Build the batch that an entry returned by `epoch` describes."""
        indices, seed = drawn
        return self.collate([self.items[i] for i in indices], torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def of_each(self, function: Callable[[Rows], Tensor]) -> Tensor:
        """Apply a function to every batch, and return one result per item, in the order of the items, on the CPU.

        Args:
            function: a function that gets a batch and returns a tensor with one row per item.
        """
        rows = {}
        for indices, seed in self.epoch(0):
            rows |= zip(indices, function(self.batch((indices, seed))).cpu(), strict=True)
        return torch.stack([rows[i] for i in range(len(self.items))])


def batches_by_length(
    items: Sequence[Item], lengths: Lengths, collate: Collate[Item], tokens_per_batch: int, seed: int = 0
) -> Batches:
    """Group items of similar lengths into `Batches`, so that the batches need little padding.

    Args:
        items: see `Batches`.
        lengths: for each item, the lengths of its sequences.
        collate: see `Batches`.
        tokens_per_batch: the maximum number of tokens in a batch, including padding. If an item has several sequences,
            all of them count.
        seed: see `Batches`.

    Raises:
        CourseError: there are no items, or an item has more than `tokens_per_batch` tokens.
    """
    check_budget(lengths, tokens_per_batch)
    return Batches(items, collate, partial(bucket, lengths, tokens_per_batch), seed)


def check_budget(lengths: Lengths, tokens_per_batch: int) -> None:
    """Raise a CourseError if there are no items, or if an item has more tokens than a batch may have."""
    longest = max(map(sum, lengths), default=0)
    if not lengths or longest > tokens_per_batch:
        raise CourseError(
            f"there must be at least one item, and none can have more than {tokens_per_batch} tokens; "
            f"got {len(lengths)} items, the longest with {longest} tokens; allow more tokens, or remove long items"
        )


def epoch_generator(seed: int, number: int) -> torch.Generator:
    """Return a random number generator for an epoch. Each epoch gets a different seed."""
    return torch.Generator().manual_seed(seed * 1_000_003 + number)


def shuffle(count: int, batch_size: int, random: torch.Generator) -> Indices:
    """Shuffle the indices from 0 to `count` - 1, and split them into batches of `batch_size`."""
    order = torch.randperm(count, generator=random)
    return [indices.tolist() for indices in order.split(batch_size)]


def bucket(lengths: Lengths, tokens_per_batch: int, random: torch.Generator) -> Indices:
    """Sort items by length, group them into batches of at most `tokens_per_batch` tokens, and shuffle the batches."""
    batches, longest = [[]], (0,) * len(lengths[0])
    shuffled = torch.randperm(len(lengths), generator=random).tolist()
    for i in sorted(shuffled, key=lengths.__getitem__):
        longest = tuple(map(max, longest, lengths[i]))
        if (len(batches[-1]) + 1) * sum(longest) > tokens_per_batch:
            batches.append([])
            longest = lengths[i]
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=random)]
