"""Questions that compare two things (bigger, faster, heavier). Some pairs are held out from training."""

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
    """Yield every comparison of every pair from each scale, in every phrasing."""
    for more, less, scale in SCALES:
        for low, high in pairs(scale):
            small, big = with_article(low), with_article(high)
            apart = held_out_pair(low, high, scale)
            yield from compare(small, big, more, f"{big} is {more} than {small}.", apart)
            yield from compare(small, big, less, f"{small} is {less} than {big}.", apart)
            yield from check(small, big, less, more, apart)
            yield from check(big, small, more, less, apart)


def pairs(scale: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return all pairs (lower, higher) from a scale."""
    return [(low, high) for i, high in enumerate(scale) for low in scale[:i]]


def held_out_pair(low: str, high: str, scale: tuple[str, ...]) -> tuple[str, ...]:
    """Return the pair as a combination that can be held out, or () if the two are neighbors on the scale.

    The order of two neighbors can't be inferred from other pairs, so they must be in training.
    """
    return (low, high) if scale.index(high) - scale.index(low) > 1 else ()


def compare(small: str, big: str, more: str, answer: str, combination: tuple[str, ...]) -> Iterator[Draft]:
    """Yield questions such as "Which is bigger, a dog or a horse?", in every phrasing and with the two in both orders.

    Args:
        small: the lower of the two on the scale, with its article.
        big: the higher of the two, with its article.
        more: the comparative, such as "bigger" or "smaller".
        answer: the answer to the question.
        combination: the pair if it can be held out, or else ().
    """
    for one, other in ((small, big), (big, small)):
        for wording in WORDINGS:
            question = wording.format(one=one, other=other, more=more)
            yield Draft(question, capitalise(answer), combination=combination)


def check(one: str, other: str, right: str, wrong: str, combination: tuple[str, ...]) -> Iterator[Draft]:
    """Yield yes/no questions such as "Is a dog smaller than a horse?", with the right and with the wrong comparative.

    The answer always states the right comparison, as in "No, a dog is smaller than a horse."

    Args:
        one: the subject of the comparison, with its article.
        other: the thing that it is compared with, with its article.
        right: the comparative that is true.
        wrong: the opposite comparative.
        combination: the pair if it can be held out, or else ().
    """
    for wording in ("Is {} {} than {}?", "Would you say that {} is {} than {}?"):
        for word, answer in ((right, "Yes"), (wrong, "No")):
            statement = f"{answer}, {one} is {right} than {other}."
            yield Draft(wording.format(one, word, other), statement, combination=combination)
