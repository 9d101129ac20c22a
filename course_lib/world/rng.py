"""Random choices that are the same on every machine and with every Python version."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Rng:
    """Random choices based on `random.Random(seed).random()`, the only stream that Python guarantees not to change."""

    def __init__(self, seed: int):
        self.roll = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.roll() < probability

    def pick(self, options: Sequence[Item]) -> Item:
        """Return one of `options`, all equally likely."""
        return options[int(self.roll() * len(options))]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """Return a key of `weights`, with a probability proportional to its value."""
        threshold = self.roll() * sum(weights.values())
        for option, weight in weights.items():
            threshold -= weight
            if threshold < 0:
                return option
        return option

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """Return the items in random order."""
        return sorted(items, key=lambda _: self.roll())
