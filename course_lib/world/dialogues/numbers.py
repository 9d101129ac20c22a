"""Questions about numbers: counting up and down, counting things of one kind, and sums up to twelve."""

from collections.abc import Callable, Iterator

from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.facts import FACTS
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES, COLORS
from course_lib.world.language.writing import NUMBERS, capitalise, enumerate_words, with_article
from course_lib.world.rng import Rng
from course_lib.world.splits import is_held_out

THINGS = nouns("bola caixa carro chapéu caneta cadeira bicicleta casaco")
# For each English color, the things that have this color in training.
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
    """Yield all requests to count and to add, and then an endless stream of questions about random lists of things."""
    yield from counts()
    yield from sums()
    while True:
        yield kinds(rng)
        yield coloured(rng)


def counted(first: int, last: int) -> str:
    """Return the numbers from `first` to `last`, up or down, as a sentence (such as "Three, four, five.")."""
    step = 1 if first < last else -1
    return capitalise(", ".join(NUMBERS[i - 1] for i in range(first, last + step, step)) + ".")


def ends(first: int, last: int) -> tuple[str, str]:
    """Return the two ends of a count as a combination that can be held out. It is the same for both directions."""
    return (NUMBERS[min(first, last) - 1], NUMBERS[max(first, last) - 1])


def counts() -> Iterator[Draft]:
    """Yield requests to count between any two numbers that are not neighbors, up or down, in every phrasing."""
    span = range(1, len(NUMBERS) + 1)
    for first, last in ((first, last) for first in span for last in span if abs(first - last) > 1):
        for wording in COUNTING:
            yield Draft(
                wording.format(NUMBERS[first - 1], NUMBERS[last - 1]),
                counted(first, last),
                combination=ends(first, last),
            )


def sums() -> Iterator[Draft]:
    """Yield questions about sums of two numbers, up to a sum of twelve, in every phrasing."""
    for first in range(1, len(NUMBERS)):
        for second in range(1, len(NUMBERS) + 1 - first):
            one, other = NUMBERS[first - 1], NUMBERS[second - 1]
            for wording in SUMS:
                answer = capitalise(f"{one} and {other} is {NUMBERS[first + second - 1]}.")
                yield Draft(wording.format(one, other), answer)


def kinds(rng: Rng) -> Draft:
    """Return a random question about how many things in a list belong to a category, such as animals."""
    wanted, other = rng.pick(tuple(KINDS)), rng.pick(tuple(KINDS))
    things = distinct(rng, lambda: rng.pick(MEMBERS[wanted if rng.chance(0.6) else other]))
    return how_many(rng, wanted, things, sum(thing in MEMBERS[wanted] for thing in things))


def coloured(rng: Rng) -> Draft:
    """Return a random question about how many things in a list have a certain color."""
    wanted, other = rng.pick(tuple(COLORED)), rng.pick(tuple(COLORED))
    things = distinct(rng, lambda: with_article(colored_thing(rng, wanted if rng.chance(0.6) else other)))
    return how_many(rng, f"{wanted} things", things, sum(f" {wanted} " in thing for thing in things))


def colored_thing(rng: Rng, colour: str) -> str:
    """Return a random thing with the given color and without an article, such as "red ball"."""
    return f"{colour} {rng.pick(COLORED[colour])}"


def distinct(rng: Rng, draw: Callable[[], str]) -> tuple[str, ...]:
    """Call `draw` two to four times, and return the results without duplicates."""
    return tuple(dict.fromkeys(draw() for _ in range(2 + int(3 * rng.roll()))))


def how_many(rng: Rng, what: str, things: tuple[str, ...], number: int) -> Draft:
    """Return a question about the number of certain things in a list.

    Args:
        rng: the random number generator, which chooses the phrasing.
        what: a plural phrase for the things to count, such as "animals".
        things: the list, which can also contain other things.
        number: how many things in the list are counted.
    """
    amount = ("no", *NUMBERS)[number]
    answer = f"There is one {what.removesuffix('s')}." if number == 1 else f"There are {amount} {what}."
    return Draft(rng.pick(HOW_MANY).format(what, enumerate_words(things)), answer)
