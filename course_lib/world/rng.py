"""Random choices that come out the same on every machine and Python version."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Rng:
    """Choices made from `random.Random(seed).random()`, the one stream that Python promises never to change."""

    def __init__(self, seed: int):
        self.roll = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.roll() < probability

    def pick(self, options: Sequence[Item]) -> Item:
        """One of `options`, each equally likely."""
        return options[int(self.roll() * len(options))]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """One key of `weights`, with a chance proportional to its value, a whole number."""
        threshold = self.roll() * sum(weights.values())
        for option, weight in weights.items():
            threshold -= weight
            if threshold < 0:
                return option
        return option

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """The items in a random order."""
        return sorted(items, key=lambda _: self.roll())
