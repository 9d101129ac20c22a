"""Requests to translate short phrases and sentences between Portuguese and English."""

import re
from collections.abc import Iterator

from course_lib.world.dialogues.draft import Draft
from course_lib.world.language.entries import Adjective, Noun, agreeing
from course_lib.world.language.lexicon import nouns
from course_lib.world.language.noun_phrases import ADJECTIVES
from course_lib.world.language.writing import capitalise
from course_lib.world.rng import Rng

NOUNS = nouns(
    "cachorro gato cavalo vaca pássaro peixe leão urso coelho pato carro ônibus trem bicicleta barco casa livro carta "
    "bola boneca caixa chave chapéu camisa vestido mesa cadeira flor árvore maçã banana ovo bolo escola"
)
QUALITIES = ("grande", "pequeno", "novo", "velho", "bonito")
TO_PORTUGUESE = (
    "Translate to Portuguese: {}",
    "Please translate to Portuguese: {}",
    "How do you say {} in Portuguese?",
    "What is {} in Portuguese?",
)
TO_ENGLISH = (
    "Translate to English: {}",
    "Please translate to English: {}",
    "What does {} mean?",
    "What is {} in English?",
)
# Templates with a noun {n} and an adjective {a}: in English, and in Portuguese for masculine and for feminine nouns.
PHRASES = (
    ("a {a} {n}", "um {n} {a}", "uma {n} {a}"),
    ("the {a} {n}", "o {n} {a}", "a {n} {a}"),
    ("my {a} {n}", "meu {n} {a}", "minha {n} {a}"),
)
SENTENCES = (
    ("The {n} is {a}.", "O {n} é {a}.", "A {n} é {a}."),
    ("I have a {a} {n}.", "Eu tenho um {n} {a}.", "Eu tenho uma {n} {a}."),
    ("This is a {a} {n}.", "Este é um {n} {a}.", "Esta é uma {n} {a}."),
)


def translations(rng: Rng) -> list[Draft]:
    """Return all requests to translate: nouns with an article first, then phrases and sentences in random order."""
    combinations = [(noun, adjective) for noun in NOUNS for adjective in suitable(noun)]
    drafts = [
        draft
        for noun, adjective in combinations
        for template in (*PHRASES, *SENTENCES)
        for draft in both_ways(*fill(template, noun, adjective), (adjective.word, noun.word))
    ]
    return [*words(), *rng.shuffled(drafts)]


def suitable(noun: Noun) -> list[Adjective]:
    """Return the adjectives that are used with a noun in translations: colors and a few common qualities."""
    return [a for a in ADJECTIVES[noun] if a.kind == "colour" or a.word in QUALITIES]


def words() -> Iterator[Draft]:
    """Yield requests to translate each noun with its indefinite and its definite article."""
    for noun in NOUNS:
        for english, masculine, feminine in (("a {}", "um {}", "uma {}"), ("the {}", "o {}", "a {}")):
            portuguese = feminine if noun.gender == "f" else masculine
            yield from both_ways(fit(english.format(noun.english)), portuguese.format(noun.word), ())


def fill(template: tuple[str, str, str], noun: Noun, adjective: Adjective) -> tuple[str, str]:
    """Fill a template, and return the text in English and in Portuguese. The adjective agrees with the noun.

    Args:
        template: one of PHRASES or SENTENCES.
        noun: the noun for the slot {n}.
        adjective: the adjective for the slot {a}.
    """
    english, masculine, feminine = template
    portuguese = feminine if noun.gender == "f" else masculine
    form = agreeing(adjective.forms, noun.gender, False)
    return fit(english.format(a=adjective.english, n=noun.english)), portuguese.format(a=form, n=noun.word)


def fit(english: str) -> str:
    """Replace "a" with "an" before a vowel."""
    return re.sub(r"\ba (?=[aeiou])", "an ", english)


def both_ways(english: str, portuguese: str, combination: tuple[str, ...]) -> Iterator[Draft]:
    """Yield requests to translate the English text to Portuguese and the Portuguese text to English.

    A phrase is used in every phrasing of the request, but a whole sentence only in those where it follows a colon.
    """
    for wordings, source, target in ((TO_PORTUGUESE, english, portuguese), (TO_ENGLISH, portuguese, english)):
        for wording in wordings[:2] if source.endswith(".") else wordings:
            yield Draft(capitalise(wording.format(source)), target, combination=combination)
