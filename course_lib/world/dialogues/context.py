"""Closed questions: a short text says who has what, where somebody is and which colour things have."""

from collections.abc import Iterator, Sequence

from course_lib.world.dialogues.draft import Draft
from course_lib.world.dice import Dice, Item
from course_lib.world.language.entries import Noun
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES
from course_lib.world.language.writing import NUMBERS, PEOPLE, with_article
from course_lib.world.splits import is_withheld

THINGS = nouns("bola pipa lápis caneta chapéu casaco camisa vestido bicicleta barco carro caixa garrafa flor")
ANIMALS = nouns("cachorro gato coelho cavalo")
COLOURS = {n: tuple(a for a in ADJECTIVES[n] if a.kind == "colour") for n in (*THINGS, *ANIMALS)}
PLACES = ("in the park", "in the garden", "at the school", "in the kitchen", "on the beach", "in the forest",
          "on the farm", "at the museum", "in the church", "on the bridge")  # fmt: skip
SCENES = ("It is a cold morning.", "It is a beautiful day.", "It is late.", "It is Sunday.", "The birds sing.")


def contexts(dice: Dice) -> Iterator[Draft]:
    """Endless short texts, each with one question."""
    while True:
        yield dice.pick((owners, whereabouts, gifts, ages))(dice)


def two(dice: Dice, options: Sequence[Item]) -> tuple[Item, Item]:
    """Two different ones of the options."""
    first = dice.pick(options)
    return first, dice.pick([option for option in options if option != first])


def draft(dice: Dice, sentences: list[str], cases: list[tuple[str, str]], *combination: str) -> Draft:
    """The sentences in random order, perhaps with a scene, and one of the (question, answer) cases."""
    if dice.chance(0.5):
        sentences = sentences[::-1]
    if dice.chance(0.3):
        sentences = [dice.pick(SCENES), *sentences]
    question, answer = dice.pick(cases)
    return Draft(question, answer, context=" ".join(sentences), combination=combination)


def coloured(dice: Dice, noun: Noun) -> tuple[str, tuple[str, str]]:
    """A noun with one of its colours, and the two words in dictionary forms."""
    adjective = dice.pick(COLOURS[noun])
    return f"{adjective.english} {noun.english}", (adjective.word, noun.word)


def owners(dice: Dice) -> Draft:
    """Who has what, and in which colour."""
    (ana, bruno), (first, second) = two(dice, PEOPLE), two(dice, (*THINGS, *ANIMALS))
    (one, combination), other = coloured(dice, first), known(dice, second)
    colour = one.split()[0]
    cases = [
        (f"Who has the {first.english}?", f"{ana} has the {first.english}."),
        (f"Who has the {one}?", f"{ana} has the {one}."),
        (f"What colour is {ana}'s {first.english}?", f"{ana}'s {first.english} is {colour}."),
    ]
    sentences = [f"{ana} has {with_article(one)}.", f"{bruno} has {with_article(other)}."]
    return draft(dice, sentences, cases, *combination)


def known(dice: Dice, noun: Noun) -> str:
    """A coloured noun that training knows, for the company of another one."""
    adjective = dice.pick([a for a in COLOURS[noun] if not is_withheld(a.word, noun.word)])
    return f"{adjective.english} {noun.english}"


def whereabouts(dice: Dice) -> Draft:
    """Who is where."""
    (ana, bruno), (park, school) = two(dice, PEOPLE), two(dice, PLACES)
    cases = [
        (f"Where is {ana}?", f"{ana} is {park}."),
        (f"Who is {park}?", f"{ana} is {park}."),
    ]
    return draft(dice, [f"{ana} is {park}.", f"{bruno} is {school}."], cases)


def gifts(dice: Dice) -> Draft:
    """Who gave what to whom."""
    (ana, bruno), noun = two(dice, PEOPLE), dice.pick(THINGS)
    carlos = dice.pick([name for name in PEOPLE if name not in (ana, bruno)])
    gift, combination = coloured(dice, noun)
    cases = [
        (f"Who gave the {noun.english} to {bruno}?", f"{ana} gave the {noun.english} to {bruno}."),
        (f"Who has the {noun.english} now?", f"{bruno} has the {noun.english}."),
        (f"What did {ana} give to {bruno}?", f"{ana} gave {with_article(gift)} to {bruno}."),
        (f"What colour is the {noun.english}?", f"The {noun.english} is {gift.split()[0]}."),
    ]
    sentences = [f"{ana} gave {with_article(gift)} to {bruno}.", f"{carlos} had no {noun.english}."]
    return draft(dice, sentences, cases, *combination)


def ages(dice: Dice) -> Draft:
    """Who is how old."""
    (ana, bruno), (seven, nine) = two(dice, PEOPLE), two(dice, NUMBERS[2:])
    cases = [
        (f"How old is {ana}?", f"{ana} is {seven} years old."),
        (f"Who is {seven} years old?", f"{ana} is {seven} years old."),
    ]
    return draft(dice, [f"{ana} is {seven} years old.", f"{bruno} is {nine} years old."], cases)
