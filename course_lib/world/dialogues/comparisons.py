"""Comparisons (bigger, faster, heavier): pairs from ranked lists, some of which are held out from training."""

from collections.abc import Iterator

from course_lib.world.dialogues.draft import Draft
from course_lib.world.language.writing import capitalise, with_article
from course_lib.world.rng import Rng

SIZES = ("key", "mouse", "bottle", "rabbit", "dog", "sheep", "lion", "horse",
         "car", "elephant", "bus", "house", "castle", "city")  # fmt: skip
SPEEDS = ("turtle", "pig", "dog", "horse", "train", "plane")
WEIGHTS = ("pencil", "apple", "hen", "dog", "sheep", "horse", "car", "train")
SCALES = (("bigger", "smaller", SIZES), ("faster", "slower", SPEEDS), ("heavier", "lighter", WEIGHTS))
WORDINGS = (
    "Which is {more}, {one} or {other}?",
    "What is {more}: {one} or {other}?",
    "Please tell me which is {more}, {one} or {other}.",
    "Here are {one} and {other}. Which is {more}?",
)


def comparisons(rng: Rng) -> Iterator[Draft]:
    """Yield every pair of each list, compared in every way."""
    for more, less, scale in SCALES:
        for low, high in pairs(scale):
            small, big = with_article(low), with_article(high)
            apart = held_out_pair(low, high, scale)
            yield from compare(small, big, more, f"{big} is {more} than {small}.", apart)
            yield from compare(small, big, less, f"{small} is {less} than {big}.", apart)
            yield from check(small, big, less, more, apart)
            yield from check(big, small, more, less, apart)


def pairs(scale: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return all pairs (lower, higher) of a scale."""
    return [(low, high) for i, high in enumerate(scale) for low in scale[:i]]


def held_out_pair(low: str, high: str, scale: tuple[str, ...]) -> tuple[str, ...]:
    """Return the combination of a pair, or nothing for neighbors, whose order can't be inferred from other pairs."""
    return (low, high) if scale.index(high) - scale.index(low) > 1 else ()


def compare(small: str, big: str, more: str, answer: str, combination: tuple[str, ...]) -> Iterator[Draft]:
    """Yield the phrasings of a comparison, with either of the two first."""
    for one, other in ((small, big), (big, small)):
        for wording in WORDINGS:
            question = wording.format(one=one, other=other, more=more)
            yield Draft(question, capitalise(answer), combination=combination)


def check(one: str, other: str, right: str, wrong: str, combination: tuple[str, ...]) -> Iterator[Draft]:
    """Yield yes/no questions about a comparison ("yes, it is smaller"; "no, it is smaller")."""
    for wording in ("Is {} {} than {}?", "Would you say that {} is {} than {}?"):
        for word, answer in ((right, "Yes"), (wrong, "No")):
            statement = f"{answer}, {one} is {right} than {other}."
            yield Draft(wording.format(one, word, other), statement, combination=combination)
