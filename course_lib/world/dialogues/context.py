"""Closed questions, whose answers are in a short text about possessions, locations, gifts, or ages."""

from collections.abc import Iterator, Sequence

from course_lib.world.dialogues.draft import Draft
from course_lib.world.language.entries import Noun
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES
from course_lib.world.language.writing import NUMBERS, PEOPLE, with_article
from course_lib.world.rng import Item, Rng
from course_lib.world.splits import is_held_out

THINGS = nouns("bola pipa lápis caneta chapéu casaco camisa vestido bicicleta barco carro caixa garrafa flor")
ANIMALS = nouns("cachorro gato coelho cavalo")
COLORS = {n: tuple(a for a in ADJECTIVES[n] if a.kind == "colour") for n in (*THINGS, *ANIMALS)}
PLACES = ("in the park", "in the garden", "at the school", "in the kitchen", "on the beach", "in the forest",
          "on the farm", "at the museum", "in the church", "on the bridge")  # fmt: skip
SCENES = ("It is a cold morning.", "It is a beautiful day.", "It is late.", "It is Sunday.", "The birds sing.")


def contexts(rng: Rng) -> Iterator[Draft]:
    """Yield an endless stream of short random texts, each with one question and its answer."""
    while True:
        yield rng.pick((owners, whereabouts, gifts, ages))(rng)


def two(rng: Rng, options: Sequence[Item]) -> tuple[Item, Item]:
    """Return two different random options."""
    first = rng.pick(options)
    return first, rng.pick([option for option in options if option != first])


def draft(rng: Rng, sentences: list[str], cases: list[tuple[str, str]], *combination: str) -> Draft:
    """Return a draft whose context contains the sentences in random order, sometimes after an unrelated sentence.

    Args:
        rng: the random number generator.
        sentences: the two sentences of the context.
        cases: pairs (question, answer), one of which is chosen at random.
        combination: the two words whose combination can be held out, if any.
    """
    if rng.chance(0.5):
        sentences = sentences[::-1]
    if rng.chance(0.3):
        sentences = [rng.pick(SCENES), *sentences]
    question, answer = rng.pick(cases)
    return Draft(question, answer, context=" ".join(sentences), combination=combination)


def coloured(rng: Rng, noun: Noun) -> tuple[str, tuple[str, str]]:
    """Return the noun with a random color, such as "red ball", and the combination (color, noun) in Portuguese."""
    adjective = rng.pick(COLORS[noun])
    return f"{adjective.english} {noun.english}", (adjective.word, noun.word)


def owners(rng: Rng) -> Draft:
    """Return a text about things that two people have, with a question about an owner or a color."""
    (ana, bruno), (first, second) = two(rng, PEOPLE), two(rng, (*THINGS, *ANIMALS))
    (one, combination), other = coloured(rng, first), known(rng, second)
    colour = one.split()[0]
    cases = [
        (f"Who has the {first.english}?", f"{ana} has the {first.english}."),
        (f"Who has the {one}?", f"{ana} has the {one}."),
        (f"What colour is {ana}'s {first.english}?", f"{ana}'s {first.english} is {colour}."),
    ]
    sentences = [f"{ana} has {with_article(one)}.", f"{bruno} has {with_article(other)}."]
    return draft(rng, sentences, cases, *combination)


def known(rng: Rng, noun: Noun) -> str:
    """Return the noun with a random color, such as "red ball". The combination is not held out."""
    adjective = rng.pick([a for a in COLORS[noun] if not is_held_out(a.word, noun.word)])
    return f"{adjective.english} {noun.english}"


def whereabouts(rng: Rng) -> Draft:
    """Return a text about the locations of two people, with a question about one of them."""
    (ana, bruno), (park, school) = two(rng, PEOPLE), two(rng, PLACES)
    cases = [
        (f"Where is {ana}?", f"{ana} is {park}."),
        (f"Who is {park}?", f"{ana} is {park}."),
    ]
    return draft(rng, [f"{ana} is {park}.", f"{bruno} is {school}."], cases)


def gifts(rng: Rng) -> Draft:
    """Return a text about a gift, with a question about the giver, the owner, the gift, or its color."""
    (ana, bruno), noun = two(rng, PEOPLE), rng.pick(THINGS)
    carlos = rng.pick([name for name in PEOPLE if name not in (ana, bruno)])
    gift, combination = coloured(rng, noun)
    cases = [
        (f"Who gave the {noun.english} to {bruno}?", f"{ana} gave the {noun.english} to {bruno}."),
        (f"Who has the {noun.english} now?", f"{bruno} has the {noun.english}."),
        (f"What did {ana} give to {bruno}?", f"{ana} gave {with_article(gift)} to {bruno}."),
        (f"What colour is the {noun.english}?", f"The {noun.english} is {gift.split()[0]}."),
    ]
    sentences = [f"{ana} gave {with_article(gift)} to {bruno}.", f"{carlos} had no {noun.english}."]
    return draft(rng, sentences, cases, *combination)


def ages(rng: Rng) -> Draft:
    """Return a text about the ages of two people, with a question about one of them."""
    (ana, bruno), (seven, nine) = two(rng, PEOPLE), two(rng, NUMBERS[2:])
    cases = [
        (f"How old is {ana}?", f"{ana} is {seven} years old."),
        (f"Who is {seven} years old?", f"{ana} is {seven} years old."),
    ]
    return draft(rng, [f"{ana} is {seven} years old.", f"{bruno} is {nine} years old."], cases)
