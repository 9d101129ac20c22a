"""The sentence patterns of the little world and their frequencies."""

from typing import NamedTuple

from course_lib.world.language import descriptions, questions, ranked, statements
from course_lib.world.language.phrases import alignment, spoken, write
from course_lib.world.rng import Rng

# The percentage of each kind of sentence.
PATTERNS = {
    statements.statement: 20,
    statements.negation: 6,
    statements.wish: 6,
    statements.frequency: 3,
    statements.to_me: 3,
    statements.command: 4,
    statements.weather: 1,
    ranked.ranked: 10,
    ranked.superlative: 4,
    descriptions.described: 7,
    descriptions.compared: 4,
    descriptions.profession: 1,
    descriptions.position: 5,
    descriptions.existence: 5,
    questions.yes_or_no: 5,
    questions.what: 2,
    questions.who: 3,
    questions.where: 2,
    questions.when: 2,
    questions.why: 2,
    questions.where_is: 1,
    questions.who_is: 1,
    questions.what_colour: 1,
    questions.whose: 1,
    questions.how_many_are_there: 1,
    questions.how_many_did_you: 1,
}


class Sentence(NamedTuple):
    """A sentence in both languages, with its gold alignment, the name of its pattern, and its combinations of words.

    `alignment` contains index pairs (Portuguese, English) into the words that `split_words` returns.
    """

    pt: str
    en: str
    alignment: tuple[tuple[int, int], ...]
    pattern: str
    combinations: tuple[tuple[str, str], ...]


def say(rng: Rng) -> Sentence:
    """Return a random sentence in both languages, with the pattern frequencies of `PATTERNS`."""
    pattern = rng.weighted(PATTERNS)
    phrase = spoken(pattern(rng))
    name = pattern.__name__.replace("_", " ")
    return Sentence(write(phrase.pt), write(phrase.en), alignment(phrase), name, phrase.combinations)
