"""The exact probability of a story: the loss of a reader who knows the story generator and nothing else.

All ways to generate a story are followed word by word, as long as they match this one. Every possible story counts,
including those that no split contains: stories that are too long or have held-out combinations.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from course_lib.errors import CourseError
from course_lib.world.rng import Item, Rng
from course_lib.world.stories.lazy_tale import LazyTale
from course_lib.world.stories.teller import Teller

END = ""  # after the last word


def story_losses(words: Sequence[str]) -> list[float]:
    """Return −log p of each word of a story given those before it, in nats, and at last that of its end.

    Args:
        words: all words in lower case, with punctuation marks as separate words, as in `Story.words`.

    Raises:
        CourseError: the story can't be generated.
    """
    wanted = [*words, END]
    stops = [0.0] * (len(wanted) + 1)  # the probability of exactly n matching words
    for told, probability in tales_like(wanted):
        stops[told] += probability
    reached = [math.fsum(stops[told:]) for told in range(len(stops))]
    if not reached[-1]:
        raise CourseError(f'no story of the little world begins with "{" ".join(wanted[: reached.index(0)])}"')
    return [math.log(before / after) for before, after in zip(reached, reached[1:], strict=False)]


def tales_like(wanted: Sequence[str]) -> Iterator[tuple[int, float]]:
    """Yield all stories in bundles: the number of matching words at their start, and the probability."""
    bundles = [((), 1.0)]
    while bundles:
        choices, probability = bundles.pop()
        words, options = told_with(choices)
        same = agreement(words, wanted)
        if options and same == len(words):
            bundles += [((*choices, i), probability * p) for i, p in enumerate(options)]
        else:
            yield same, probability


def told_with(choices: tuple[int, ...]) -> tuple[list[str], list[float]]:
    """Return the first words of a story with these choices, and the probabilities of the options of its next choice."""
    tale = LazyTale(Script(choices))
    try:
        tale.tell()
    except UndecidedError as undecided:
        return settled(tale.teller), undecided.options
    return [*settled(tale.teller), END], []


def settled(teller: Teller) -> list[str]:
    """Return the words so far, without a final article, because the next word decides between "a" and "an"."""
    words = [word for word, _ in teller.spelled()] if teller.words else []
    return words[:-1] if words[-1:] == ["a"] else words


def agreement(words: Sequence[str], wanted: Sequence[str]) -> int:
    """Return the length of the common prefix."""
    pairs = enumerate(zip(words, wanted, strict=False))
    return next((i for i, (word, other) in pairs if word != other), min(len(words), len(wanted)))


class UndecidedError(Exception):
    """A choice that is not in the script. `options` are the probabilities of its options."""

    def __init__(self, options: list[float]):
        super().__init__(options)
        self.options = options


class Script(Rng):
    """Choices from a list of option indices."""

    def __init__(self, choices: Sequence[int]):
        self.choices = iter(choices)

    def next(self, probabilities: list[float]) -> int:
        """Return the next choice.

        Raises:
            UndecidedError: there is none left.
        """
        for choice in self.choices:
            return choice
        raise UndecidedError(probabilities)

    def chance(self, probability: float) -> bool:
        """Choose between False and True, in this order."""
        return bool(self.next([1 - probability, probability]))

    def pick(self, options: Sequence[Item]) -> Item:
        """Choose among the options in their order."""
        return options[self.next([1 / len(options)] * len(options))]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """Choose among the keys in their order."""
        return list(weights)[self.next([weight / sum(weights.values()) for weight in weights.values()])]
