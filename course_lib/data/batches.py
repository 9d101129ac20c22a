"""What a training learns from, batch by batch: which items come together, and in which order."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from course_lib.data.rows import Rows
from course_lib.errors import CourseError

Indices = list[list[int]]  # batch by batch, those of its items
Drawn = tuple[list[int], int]  # the indices of a batch, and a seed for what is drawn
Item = TypeVar("Item")  # something to learn from, such as the token ids of a text
Collate = Callable[[list[Item], torch.Generator], Rows]
Lengths = Sequence[tuple[int, ...]]  # for each item those of its sequences, such as (target, source)


@runtime_checkable
class BatchSource(Protocol):
    """The source of a training's batches: `Batches`, or one that makes them when they are needed."""

    def epoch(self, number: int) -> Sequence[Drawn]:
        """Return an entry for each batch of epoch `number`."""

    def batch(self, drawn: Drawn) -> Rows:
        """Return the batch of an entry of `epoch`."""


class Batches(Generic[Item]):
    """The batches of a set of items, in a new random order each epoch, the same for the same seed everywhere.

    Args:
        items: what there is to learn from, one by one.
        collate: makes a batch of items; its `torch.Generator` is for whoever draws something.
        order: draws the batches of an epoch.
        seed: of the order, and of what `collate` draws.
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
        """Return the batches of epoch `number`: for each the indices of its items, and a seed for what is drawn."""
        random = epoch_generator(self.seed, number)
        batches = self.order(random)
        seeds = torch.randint(2**62, (len(batches),), generator=random).tolist()
        return list(zip(batches, seeds, strict=True))

    def batch(self, drawn: Drawn) -> Rows:
        """Return the batch of an entry of `epoch`."""
        indices, seed = drawn
        return self.collate([self.items[i] for i in indices], torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def of_each(self, function: Callable[[Rows], Tensor]) -> Tensor:
        """Apply a function from a batch to a row for each of its items to all items; the rows are on the CPU."""
        rows = {}
        for indices, seed in self.epoch(0):
            rows |= zip(indices, function(self.batch((indices, seed))).cpu(), strict=True)
        return torch.stack([rows[i] for i in range(len(self.items))])


def batches_by_length(
    items: Sequence[Item], lengths: Lengths, collate: Collate[Item], tokens_per_batch: int, seed: int = 0
) -> Batches:
    """`Batches` of items of similar lengths, as many as a budget of tokens allows: hardly any padding.

    Args:
        items, collate, seed: see `Batches`.
        lengths: of the sequences of each item.
        tokens_per_batch: the most tokens in a batch, padding included, all sequences of an item together.

    Raises:
        CourseError: no items, or one that alone exceeds `tokens_per_batch`.
    """
    check_budget(lengths, tokens_per_batch)
    return Batches(items, collate, partial(bucket, lengths, tokens_per_batch), seed)


def check_budget(lengths: Lengths, tokens_per_batch: int) -> None:
    """Raise a CourseError where there is nothing to batch, or something that fits into no batch."""
    longest = max(map(sum, lengths), default=0)
    if not lengths or longest > tokens_per_batch:
        raise CourseError(
            f"{tokens_per_batch} tokens per batch must hold at least one item of the data; "
            f"there are {len(lengths)}, the longest of {longest} tokens"
        )


def epoch_generator(seed: int, number: int) -> torch.Generator:
    """The random numbers of one epoch."""
    return torch.Generator().manual_seed(seed * 1_000_003 + number)


def shuffle(count: int, batch_size: int, random: torch.Generator) -> Indices:
    """The numbers below `count` in random order, `batch_size` in a batch."""
    order = torch.randperm(count, generator=random)
    return [indices.tolist() for indices in order.split(batch_size)]


def bucket(lengths: Lengths, tokens_per_batch: int, random: torch.Generator) -> Indices:
    """Sort items by length, cut them into batches that fit the budget when padded, and shuffle the batches."""
    batches, longest = [[]], (0,) * len(lengths[0])
    shuffled = torch.randperm(len(lengths), generator=random).tolist()
    for i in sorted(shuffled, key=lengths.__getitem__):
        longest = tuple(map(max, longest, lengths[i]))
        if (len(batches[-1]) + 1) * sum(longest) > tokens_per_batch:
            batches.append([])
            longest = lengths[i]
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=random)]
