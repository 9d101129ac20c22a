"""Random choices that come out the same on every machine and Python version."""

import random


class Dice:
    """Choices made from `random.Random(seed).random()`, the one stream that Python promises never to change."""

    def __init__(self, seed):
        self.roll = random.Random(seed).random

    def chance(self, probability):
        """True with the given probability."""
        return self.roll() < probability

    def pick(self, options):
        """One of `options`, a sequence, each equally likely."""
        return options[int(self.roll() * len(options))]

    def weighted(self, weights):
        """One key of the dict `weights`, with a chance proportional to its value, a whole number."""
        threshold = self.roll() * sum(weights.values())
        for option, weight in weights.items():
            threshold -= weight
            if threshold < 0:
                return option
        return option

    def shuffled(self, items):
        """The items as a list in a random order."""
        return sorted(items, key=lambda _: self.roll())
