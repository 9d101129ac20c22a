"""The random choice of a story's cast."""

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
    """Return a dict from the slots of the templates to people, animals, things, and places."""
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
    """Return the hero: usually a name, else a boy or a girl."""
    return Character(rng.pick(NAMES[gender] if rng.chance(0.75) else CHILDREN[gender]), gender)


def rival(rng: Rng, hero: Character) -> Character:
    """Return another child, usually of the other gender for clear pronouns, and sometimes a relative of the hero."""
    other = OTHER[hero.gender]
    if rng.chance(0.2):
        return Character(rng.pick(YOUNG_KIN[other]), other, relative=hero)
    if rng.chance(0.7):
        return child(rng, other)
    return Character(rng.pick([name for name in NAMES[hero.gender] if name != hero.word]), hero.gender)


def giver(rng: Rng, hero: Character) -> Character:
    """Return an adult, sometimes a relative of the hero."""
    other = OTHER[hero.gender]
    if rng.chance(0.3):
        return Character(rng.pick(OLD_KIN[other]), other, relative=hero)
    gender = rng.pick("fm")
    return Character(rng.pick(ADULTS[gender]), gender)


def things(rng: Rng, plot: Plot) -> tuple[Thing, Thing]:
    """Return the desired thing and another one. They differ in the noun or, in some plots, only in the adjective."""
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
    """Return the adjectives that can describe a thing throughout a story. Bread has no others than hot or cold."""
    kinds = ("state",) if noun.use == "mass" else LASTING
    return tuple(a for a in ADJECTIVES[noun] if a.kind in kinds or a.word in QUALITIES)


def two(rng: Rng, options: Sequence[Item]) -> tuple[Item, Item]:
    """Return two different options."""
    first = rng.pick(options)
    return first, rng.pick([option for option in options if option is not first])
