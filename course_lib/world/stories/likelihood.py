"""The exact probability of each word in a story, which gives the lowest average loss that a model can reach.

The code follows all ways to generate a story, word by word, as long as they match the given story. It counts every
possible story, even if the story is too long for the data set or contains a held-out combination.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from course_lib.errors import CourseError
from course_lib.world.rng import Item, Rng
from course_lib.world.stories.lazy_tale import LazyTale
from course_lib.world.stories.teller import Teller

END = ""  # marks the end of a story, after its last word


def story_losses(words: Sequence[str]) -> list[float]:
    """Compute the exact loss of each word in a story (−log p given the words before it, in nats), and of its end.

    Args:
        words: all words in lower case, with punctuation marks as separate words, as in `Story.words`.

    Raises:
        CourseError: the story generator can't produce this story.
    """
    wanted = [*words, END]
    stops = [0.0] * (len(wanted) + 1)  # stops[n]: the probability that exactly the first n words match
    for told, probability in tales_like(wanted):
        stops[told] += probability
    reached = [math.fsum(stops[told:]) for told in range(len(stops))]
    if not reached[-1]:
        raise CourseError(
            f'no story of the little world begins with "{" ".join(wanted[: reached.index(0)])}"; '
            "pass the words of a story from `make_stories`"
        )
    return [math.log(before / after) for before, after in zip(reached, reached[1:], strict=False)]


def tales_like(wanted: Sequence[str]) -> Iterator[tuple[int, float]]:
    """Yield all possible stories in bundles, as pairs (number of matching words, probability of the bundle).

    A bundle contains all stories with the same first choices. It is divided further only if all words match so far.
    """
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
    """Generate a story with the given choices, up to the next choice or to its end.

    Returns:
        The words so far, and the probabilities of the options for the next choice (empty at the end of the story).
    """
    tale = LazyTale(Script(choices))
    try:
        tale.tell()
    except UndecidedError as undecided:
        return settled(tale.teller), undecided.options
    return [*settled(tale.teller), END], []


def settled(teller: Teller) -> list[str]:
    """Return the words so far, but without a final "a", because the next word could change it to "an"."""
    words = [word for word, _ in teller.spelled()] if teller.words else []
    return words[:-1] if words[-1:] == ["a"] else words


def agreement(words: Sequence[str], wanted: Sequence[str]) -> int:
    """Return the length of the longest common prefix of two word lists."""
    pairs = enumerate(zip(words, wanted, strict=False))
    return next((i for i, (word, other) in pairs if word != other), min(len(words), len(wanted)))


class UndecidedError(Exception):
    """The error for a choice that is not in the script. `options` contains the probabilities of its options."""

    def __init__(self, options: list[float]):
        super().__init__(options)
        self.options = options


class Script(Rng):
    """A replacement for the random number generator that makes given choices, as indices of the options."""

    def __init__(self, choices: Sequence[int]):
        self.choices = iter(choices)

    def next(self, probabilities: list[float]) -> int:
        """Return the index of the next choice in the script.

        Args:
            probabilities: the probabilities of the options.

        Raises:
            UndecidedError: the script has no more choices.
        """
        for choice in self.choices:
            return choice
        raise UndecidedError(probabilities)

    def chance(self, probability: float) -> bool:
        """Return False or True according to the next choice: index 0 means False, and index 1 means True."""
        return bool(self.next([1 - probability, probability]))

    def pick(self, options: Sequence[Item]) -> Item:
        """Return the option at the index of the next choice."""
        return options[self.next([1 / len(options)] * len(options))]

    def weighted(self, weights: Mapping[Item, int]) -> Item:
        """Return the key of `weights` at the index of the next choice."""
        return list(weights)[self.next([weight / sum(weights.values()) for weight in weights.values()])]
