"""Short phrases and sentences to translate, from Portuguese to English and back."""

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
# A sentence around a noun and its adjective, in both languages: a masculine and a feminine form in Portuguese.
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
    """Return all translations, in random order."""
    combinations = [(noun, adjective) for noun in NOUNS for adjective in suitable(noun)]
    drafts = [
        draft
        for noun, adjective in combinations
        for template in (*PHRASES, *SENTENCES)
        for draft in both_ways(*fill(template, noun, adjective), (adjective.word, noun.word))
    ]
    return [*words(), *rng.shuffled(drafts)]


def suitable(noun: Noun) -> list[Adjective]:
    """Return the colors and the most common other adjectives that suit a noun."""
    return [a for a in ADJECTIVES[noun] if a.kind == "colour" or a.word in QUALITIES]


def words() -> Iterator[Draft]:
    """Yield every noun with its article."""
    for noun in NOUNS:
        for english, masculine, feminine in (("a {}", "um {}", "uma {}"), ("the {}", "o {}", "a {}")):
            portuguese = feminine if noun.gender == "f" else masculine
            yield from both_ways(fit(english.format(noun.english)), portuguese.format(noun.word), ())


def fill(template: tuple[str, str, str], noun: Noun, adjective: Adjective) -> tuple[str, str]:
    """Return a template in English and in Portuguese, with the adjective agreeing with the noun."""
    english, masculine, feminine = template
    portuguese = feminine if noun.gender == "f" else masculine
    form = agreeing(adjective.forms, noun.gender, False)
    return fit(english.format(a=adjective.english, n=noun.english)), portuguese.format(a=form, n=noun.word)


def fit(english: str) -> str:
    """Return the text with "an" where it is needed."""
    return re.sub(r"\ba (?=[aeiou])", "an ", english)


def both_ways(english: str, portuguese: str, combination: tuple[str, ...]) -> Iterator[Draft]:
    """Yield the phrasings of both directions. A sentence is used only after a colon."""
    for wordings, source, target in ((TO_PORTUGUESE, english, portuguese), (TO_ENGLISH, portuguese, english)):
        for wording in wordings[:2] if source.endswith(".") else wordings:
            yield Draft(capitalise(wording.format(source)), target, combination=combination)
