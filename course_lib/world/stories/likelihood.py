"""How probable a story is: the loss of a reader who knows the story-teller's program, and nothing else.

All ways to tell a story are followed word by word, each as far as it tells this one; so the probabilities are exact.
Whatever may be told counts, also what no split has: tales that are too long, and combinations that are held out.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from course_lib.errors import CourseError
from course_lib.world.rng import Item, Rng
from course_lib.world.stories.lazy_tale import LazyTale
from course_lib.world.stories.teller import Teller

END = ""  # after the last word


def story_losses(words: Sequence[str]) -> list[float]:
    """−log p of each word of a story given those before it, in nats; at last, that of its end.

    Args:
        words: all words in lower case, with punctuation marks apart, as in `Story.words`.

    Raises:
        CourseError: the story-teller never says that.
    """
    wanted = [*words, END]
    stops = [0.0] * (len(wanted) + 1)  # how probable it is to tell so many of the wanted words, and not one more
    for told, probability in tales_like(wanted):
        stops[told] += probability
    reached = [math.fsum(stops[told:]) for told in range(len(stops))]
    if not reached[-1]:
        raise CourseError(f'no story of the little world begins with "{" ".join(wanted[: reached.index(0)])}"')
    return [math.log(before / after) for before, after in zip(reached, reached[1:], strict=False)]


def tales_like(wanted: Sequence[str]) -> Iterator[tuple[int, float]]:
    """All tales, in bundles: how many of the wanted words each begins with, and how probable it is."""
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
    """The words that a tale with these choices begins with, and how probable each option is at its next choice."""
    tale = LazyTale(Script(choices))
    try:
        tale.tell()
    except UndecidedError as undecided:
        return settled(tale.teller), undecided.options
    return [*settled(tale.teller), END], []


def settled(teller: Teller) -> list[str]:
    """The words so far, but for an article at the end: whether it is "a" or "an" is up to the next word."""
    words = [word for word, _ in teller.spelled()] if teller.words else []
    return words[:-1] if words[-1:] == ["a"] else words


def agreement(words: Sequence[str], wanted: Sequence[str]) -> int:
    """The length of their common beginning."""
    pairs = enumerate(zip(words, wanted, strict=False))
    return next((i for i, (word, other) in pairs if word != other), min(len(words), len(wanted)))


class UndecidedError(Exception):
    """A choice that a script doesn't make; `options` are the probabilities of what there is to choose."""

    def __init__(self, options: list[float]):
        super().__init__(options)
        self.options = options


class Script(Rng):
    """Choices that are written down, each as the place of what is taken among the options."""

    def __init__(self, choices: Sequence[int]):
        self.choices = iter(choices)

    def next(self, probabilities: list[float]) -> int:
        """The next choice. Raises UndecidedError where none is left."""
        for choice in self.choices:
            return choice
        raise UndecidedError(probabilities)

    def chance(self, probability: float) -> bool:
        """False, then True."""
        return bool(self.next([1 - probability, probability]))

    def pick(self, options: Sequence[Item]) -> Item:
        """In the order of the options."""
        return options[self.next([1 / len(options)] * len(options))]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """In the order of the weights."""
        return list(weights)[self.next([weight / sum(weights.values()) for weight in weights.values()])]
