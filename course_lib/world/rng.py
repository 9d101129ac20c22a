"""A random number generator that makes the same choices on every machine and with every Python version."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Rng:
    """A random number generator that makes the same choices with every Python version.

    Python guarantees a stable sequence of numbers for `random.Random(seed).random()`, but not for methods such as
    `choice` and `shuffle`. So this class uses only `random()`.
    """

    def __init__(self, seed: int):
        self.roll = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.roll() < probability

    def pick(self, options: Sequence[Item]) -> Item:
        """Return a random option; all options are equally likely."""
        return options[int(self.roll() * len(options))]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """Return a random key of `weights`, with probability proportional to its value."""
        threshold = self.roll() * sum(weights.values())
        for option, weight in weights.items():
            threshold -= weight
            if threshold < 0:
                return option
        return option

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """Return the items as a list in random order."""
        return sorted(items, key=lambda _: self.roll())
