"""Counting up and down, counting things of one kind, and sums up to twelve."""

from collections.abc import Callable, Iterator

from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.facts import FACTS
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES, COLORS
from course_lib.world.language.writing import NUMBERS, capitalise, enumerate_words, with_article
from course_lib.world.rng import Rng
from course_lib.world.splits import is_held_out

THINGS = nouns("bola caixa carro chapéu caneta cadeira bicicleta casaco")
# The English colors, with the things that have them in training.
COLORED = {
    colour.english: tuple(
        noun.english for noun in THINGS if colour in ADJECTIVES[noun] and not is_held_out(colour.word, noun.word)
    )
    for colour in COLORS[:6]
}
KINDS = {"animals": "an animal", "vehicles": "a vehicle", "fruits": "a fruit", "buildings": "a building"}
MEMBERS = {kind: tuple(x for relation, x, y in FACTS if (relation, y) == ("kind", KINDS[kind])) for kind in KINDS}
COUNTING = (
    "Count from {} to {}.",
    "Please count from {} to {}.",
    "Can you count from {} to {}?",
    "Say the numbers from {} to {}.",
)
HOW_MANY = ("How many {} are there: {}?", "How many {} do you count: {}?", "Here are {1}. How many {0} are there?")
SUMS = ("What is {} and {}?", "How much is {} and {}?", "Please add {} and {}.", "What is the sum of {} and {}?")


def numbers(rng: Rng) -> Iterator[Draft]:
    """Yield questions of all kinds endlessly, because there is always another list of things to count."""
    yield from counts()
    yield from sums()
    while True:
        yield kinds(rng)
        yield coloured(rng)


def counted(first: int, last: int) -> str:
    """Return the numbers from one to another, up or down: "Three, four, five."."""
    step = 1 if first < last else -1
    return capitalise(", ".join(NUMBERS[i - 1] for i in range(first, last + step, step)) + ".")


def ends(first: int, last: int) -> tuple[str, str]:
    """Return the combination that can be held out: the two ends of a count, in any direction."""
    return (NUMBERS[min(first, last) - 1], NUMBERS[max(first, last) - 1])


def counts() -> Iterator[Draft]:
    """Yield counts from any number to any other."""
    span = range(1, len(NUMBERS) + 1)
    for first, last in ((first, last) for first in span for last in span if abs(first - last) > 1):
        for wording in COUNTING:
            yield Draft(
                wording.format(NUMBERS[first - 1], NUMBERS[last - 1]),
                counted(first, last),
                combination=ends(first, last),
            )


def sums() -> Iterator[Draft]:
    """Yield questions about two numbers whose sum is at most twelve."""
    for first in range(1, len(NUMBERS)):
        for second in range(1, len(NUMBERS) + 1 - first):
            one, other = NUMBERS[first - 1], NUMBERS[second - 1]
            for wording in SUMS:
                answer = capitalise(f"{one} and {other} is {NUMBERS[first + second - 1]}.")
                yield Draft(wording.format(one, other), answer)


def kinds(rng: Rng) -> Draft:
    """Return a question about how many of some things are animals or belong to another category."""
    wanted, other = rng.pick(tuple(KINDS)), rng.pick(tuple(KINDS))
    things = distinct(rng, lambda: rng.pick(MEMBERS[wanted if rng.chance(0.6) else other]))
    return how_many(rng, wanted, things, sum(thing in MEMBERS[wanted] for thing in things))


def coloured(rng: Rng) -> Draft:
    """Return a question about how many of some things have a color."""
    wanted, other = rng.pick(tuple(COLORED)), rng.pick(tuple(COLORED))
    things = distinct(rng, lambda: with_article(colored_thing(rng, wanted if rng.chance(0.6) else other)))
    return how_many(rng, f"{wanted} things", things, sum(f" {wanted} " in thing for thing in things))


def colored_thing(rng: Rng, colour: str) -> str:
    """Return a phrase for a colored thing without its article, such as "red ball"."""
    return f"{colour} {rng.pick(COLORED[colour])}"


def distinct(rng: Rng, draw: Callable[[], str]) -> tuple[str, ...]:
    """Return up to four different things, sampled one by one."""
    return tuple(dict.fromkeys(draw() for _ in range(2 + int(3 * rng.roll()))))


def how_many(rng: Rng, what: str, things: tuple[str, ...], number: int) -> Draft:
    """Return the question and its answer."""
    amount = ("no", *NUMBERS)[number]
    answer = f"There is one {what.removesuffix('s')}." if number == 1 else f"There are {amount} {what}."
    return Draft(rng.pick(HOW_MANY).format(what, enumerate_words(things)), answer)
