"""Choosing who and what a story is about."""

from collections.abc import Sequence
from functools import cache

from course_lib.world.dice import Dice, Item
from course_lib.world.language.entries import Adjective, Noun
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES
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


def cast_for(dice: Dice, plot: Plot) -> dict[str, Named]:
    """A dict from the slots of the templates to who and what fills them."""
    hero = child(dice, dice.pick("fm"))
    t, d = things(dice, plot)
    p, q = map(as_place, two(dice, plot.places))
    f, g = two(dice, FOR_FOOD)
    return {
        "hero": hero,
        "rival": rival(dice, hero),
        "giver": giver(dice, hero),
        "animal": Animal(dice.pick(EATERS)),
        "t": t,
        "d": d,
        "p": p,
        "q": q,
        "near": dice.pick([place for place in LANDMARKS if place.noun not in (p.noun, q.noun)]),
        "f": f,
        "g": g,
        "store": STORE,
    }


def child(dice: Dice, gender: str) -> Character:
    """The hero: mostly by name, else a boy or a girl."""
    return Character(dice.pick(NAMES[gender] if dice.chance(0.75) else CHILDREN[gender]), gender)


def rival(dice: Dice, hero: Character) -> Character:
    """Another child, mostly of the other gender, so that he and she are clear; sometimes a relative of the hero."""
    other = OTHER[hero.gender]
    if dice.chance(0.2):
        return Character(dice.pick(YOUNG_KIN[other]), other, relative=hero)
    if dice.chance(0.7):
        return child(dice, other)
    return Character(dice.pick([name for name in NAMES[hero.gender] if name != hero.word]), hero.gender)


def giver(dice: Dice, hero: Character) -> Character:
    """A grown-up, sometimes a relative of the hero."""
    other = OTHER[hero.gender]
    if dice.chance(0.3):
        return Character(dice.pick(OLD_KIN[other]), other, relative=hero)
    gender = dice.pick("fm")
    return Character(dice.pick(ADULTS[gender]), gender)


def things(dice: Dice, plot: Plot) -> tuple[Thing, Thing]:
    """The wished-for thing and another one, told apart by the noun or, in some plots, by the adjective alone."""
    first, second = two(dice, plot.things)
    adjective, other = dice.pick(suitable(first)), dice.pick(suitable(second))
    if plot.alike:
        second = first
        adjective, other = two(dice, suitable(first))
    cheap, expensive = ("cheap", "expensive") if dice.chance(0.5) else ("expensive", "cheap")
    return (
        Thing(first, adjective, plot.alike, cheap, plot.tag),
        Thing(second, other, plot.alike, expensive, plot.tag),
    )


@cache
def suitable(noun: Noun) -> tuple[Adjective, ...]:
    """The adjectives that a thing may have all through a story; bread, which has no others, is hot or cold."""
    kinds = ("state",) if noun.use == "mass" else LASTING
    return tuple(a for a in ADJECTIVES[noun] if a.kind in kinds or a.word in QUALITIES)


def two(dice: Dice, options: Sequence[Item]) -> tuple[Item, Item]:
    """Two different ones of the options."""
    first = dice.pick(options)
    return first, dice.pick([option for option in options if option is not first])
