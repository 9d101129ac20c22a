"""Functions that choose the people, animals, things, and places in a story at random."""

from collections.abc import Sequence
from functools import cache

from course_lib.world.language.entries import Adjective, Noun
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES
from course_lib.world.rng import Item, Rng
from course_lib.world.stories.cast import (
    ADULTS,
    CHILDREN,
    NAMES,
    OLD_KIN,
    YOUNG_KIN,
    Animal,
    Character,
    Thing,
    as_place,
    place,
)
from course_lib.world.stories.plot import Plot
from course_lib.world.stories.teller import Named

OTHER = {"f": "m", "m": "f"}
LASTING = ("colour", "size", "age")
QUALITIES = ("bonito", "engraçado", "interessante")
EATERS = nouns("cachorro gato macaco coelho rato")
LANDMARKS = tuple(map(as_place, nouns("lago rio ponte igreja castelo torre hospital hotel")))
STORE = place("loja", "in")
FOR_FOOD = place("mesa", "on"), place("cadeira", "on"), place("cesta", "in"), place("caixa", "in")


def cast_for(rng: Rng, plot: Plot) -> dict[str, Named]:
    """Return a random cast for a plot, as a dict from template slots to people, animals, things, and places."""
    hero = child(rng, rng.pick("fm"))
    t, d = things(rng, plot)
    p, q = map(as_place, two(rng, plot.places))
    f, g = two(rng, FOR_FOOD)
    return {
        "hero": hero,
        "rival": rival(rng, hero),
        "giver": giver(rng, hero),
        "animal": Animal(rng.pick(EATERS)),
        "t": t,
        "d": d,
        "p": p,
        "q": q,
        "near": rng.pick([place for place in LANDMARKS if place.noun not in (p.noun, q.noun)]),
        "f": f,
        "g": g,
        "store": STORE,
    }


def child(rng: Rng, gender: str) -> Character:
    """Return a random child, who usually has a name, or else is "a boy" or "a girl"."""
    return Character(rng.pick(NAMES[gender] if rng.chance(0.75) else CHILDREN[gender]), gender)


def rival(rng: Rng, hero: Character) -> Character:
    """Return the hero's rival: another child, or sometimes the hero's brother, sister, or friend.

    The rival usually has the other gender, because pronouns are then unambiguous.
    """
    other = OTHER[hero.gender]
    if rng.chance(0.2):
        return Character(rng.pick(YOUNG_KIN[other]), other, relative=hero)
    if rng.chance(0.7):
        return child(rng, other)
    return Character(rng.pick([name for name in NAMES[hero.gender] if name != hero.word]), hero.gender)


def giver(rng: Rng, hero: Character) -> Character:
    """Return the adult who has things to give: the hero's parent or grandparent, or another adult such as a doctor."""
    other = OTHER[hero.gender]
    if rng.chance(0.3):
        return Character(rng.pick(OLD_KIN[other]), other, relative=hero)
    gender = rng.pick("fm")
    return Character(rng.pick(ADULTS[gender]), gender)


def things(rng: Rng, plot: Plot) -> tuple[Thing, Thing]:
    """Return the thing that the hero wants, and another thing.

    The two have different nouns or, if `plot.alike` is True, the same noun and different adjectives.
    """
    first, second = two(rng, plot.things)
    adjective, other = rng.pick(suitable(first)), rng.pick(suitable(second))
    if plot.alike:
        second = first
        adjective, other = two(rng, suitable(first))
    cheap, expensive = ("cheap", "expensive") if rng.chance(0.5) else ("expensive", "cheap")
    return (
        Thing(first, adjective, plot.alike, cheap, plot.tag),
        Thing(second, other, plot.alike, expensive, plot.tag),
    )


@cache
def suitable(noun: Noun) -> tuple[Adjective, ...]:
    """Return the adjectives for a noun that stay true throughout a story, such as colors and sizes.

    A mass noun such as "bread" has adjectives of state instead, such as "hot" and "cold".
    """
    kinds = ("state",) if noun.use == "mass" else LASTING
    return tuple(a for a in ADJECTIVES[noun] if a.kind in kinds or a.word in QUALITIES)


def two(rng: Rng, options: Sequence[Item]) -> tuple[Item, Item]:
    """Return two different random options."""
    first = rng.pick(options)
    return first, rng.pick([option for option in options if option is not first])
