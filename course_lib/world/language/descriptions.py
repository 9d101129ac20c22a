"""Random descriptive sentences about qualities, comparisons, professions, positions, and existence."""

from course_lib.world.language import english, portuguese
from course_lib.world.language.clauses import Clause
from course_lib.world.language.entries import Adjective, Noun, Verb, agreeing
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.moods import FULL_STOP, QUESTION_MARK, in_some_mood
from course_lib.world.language.noun_phrases import (
    ADJECTIVES,
    COMPARABLE,
    FIGURE,
    PEOPLE,
    TOPIC,
    NounPhrase,
    attributes,
    name,
    say_pronoun,
    some_pronoun,
)
from course_lib.world.language.phrases import NOTHING, Phrase, arrange, combined, only_en, sequence, unit
from course_lib.world.language.verb_phrases import copula, place
from course_lib.world.rng import Rng

SER, ESTAR = LEXICON.entry("verbs", "ser"), LEXICON.entry("verbs", "estar")
DESCRIBABLE = tuple(noun for noun in LEXICON.nouns if ADJECTIVES[noun])
RELATIVES, PROFESSIONS = LEXICON.kinds["kin"], LEXICON.kinds["profession"]


def is_so(rng: Rng, verb: Verb, subject: NounPhrase, complement: Phrase) -> Phrase:
    """Return a sentence with "ser" or "estar" (to be).

    Its mood (statement, negation, or question) and its tense (present or, less often, past) are random.
    """
    return in_some_mood(
        rng, Clause(subject, copula(verb, subject.pronoun, rng.chance(0.25)), complement, NOTHING, NOTHING)
    )


def described(rng: Rng) -> Phrase:
    """Return a random description, such as "a casa é muito bonita." (the house is very beautiful.)"""
    noun = rng.pick(DESCRIBABLE)
    adjective = rng.pick(ADJECTIVES[noun])
    verb = SER if adjective.copula == "ser" else ESTAR
    if noun in PEOPLE and rng.chance(0.6):
        subject = say_pronoun(some_pronoun(rng))
        return is_so(rng, verb, subject, predicate(rng, adjective, subject))
    subject = name(rng, noun, TOPIC)
    return is_so(rng, verb, subject, combined(predicate(rng, adjective, subject), adjective.word, noun.word))


def predicate(rng: Rng, adjective: Adjective, subject: NounPhrase) -> Phrase:
    """Return the adjective in the form that agrees with the subject, sometimes with "muito" (very)."""
    very = unit("muito", "very") if adjective.comparative != "-" and rng.chance(0.3) else NOTHING
    return sequence(very, agree(adjective.forms, subject, adjective.english))


def agree(forms: tuple[str, ...], subject: NounPhrase, english_word: str) -> Phrase:
    """Return the adjective in the form that agrees with the subject; `forms` has the order of `Adjective.forms`."""
    return unit(agreeing(forms, subject.pronoun.gender, subject.pronoun.plural), english_word)


def compared(rng: Rng) -> Phrase:
    """Return a random comparison, such as "a menina é mais alta que o menino." (the girl is taller than the boy.)"""
    adjective = rng.pick([a for a in LEXICON.adjectives if a.kind in COMPARABLE])
    first = rng.pick([noun for noun in adjective.nouns if rivals(adjective, noun)])
    second = rng.pick(rivals(adjective, first))
    subject, other = name(rng, first, TOPIC), name(rng, second, TOPIC)
    degree = equal(adjective, subject) if rng.chance(0.25) else more(adjective, subject)
    return is_so(rng, SER, subject, sequence(combined(degree, adjective.word, first.word), other.phrase))


def rivals(adjective: Adjective, noun: Noun) -> list[Noun]:
    """Return the nouns that `noun` can be compared with: those in the same category that the adjective suits."""
    return [other for other in adjective.nouns if other.category == noun.category and other is not noun]


def more(adjective: Adjective, subject: NounPhrase) -> Phrase:
    """Return the comparative form with "than", such as "mais alta que" (taller than) or "maior que" (bigger than)."""
    if adjective.comparative:
        word = portuguese.plural(adjective.comparative) if subject.pronoun.plural else adjective.comparative
    else:
        word = "mais " + agreeing(adjective.forms, subject.pronoun.gender, subject.pronoun.plural)
    return sequence(unit(word, english.comparative(adjective.english)), unit("que", "than"))


def equal(adjective: Adjective, subject: NounPhrase) -> Phrase:
    """Return the adjective in a comparison of equality, such as "tão alta quanto" (as tall as)."""
    return sequence(unit("tão", "as"), agree(adjective.forms, subject, adjective.english), unit("quanto", "as"))


def profession(rng: Rng) -> Phrase:
    """Return a random sentence about a profession, such as "ela é médica." (she is a doctor.)"""
    subject = say_pronoun(some_pronoun(rng)) if rng.chance(0.4) else name(rng, rng.pick(RELATIVES), TOPIC)
    plural = subject.pronoun.plural
    noun = rng.pick([noun for noun in PROFESSIONS if noun.gender == subject.pronoun.gender])
    if rng.chance(0.5):
        adjective = rng.pick([a for a in ADJECTIVES[noun] if a.kind == "quality"])
        kind = "bare" if plural else "indefinite"
        return is_so(rng, SER, subject, name(rng, noun, {kind: 1}, adjectives=(adjective,)).phrase)
    bare = unit(noun.plural, noun.english_plural) if plural else sequence(only_en("a"), unit(noun.word, noun.english))
    return is_so(rng, SER, subject, bare)


def position(rng: Rng) -> Phrase:
    """Return a random sentence about a position: "o gato está embaixo da mesa." (the cat is under the table.)"""
    figure, where = scene(rng)
    return is_so(rng, ESTAR, name(rng, figure, TOPIC, adjectives=attributes(rng, figure)), where)


def existence(rng: Rng) -> Phrase:
    """Return a random "there is" sentence, such as "há dois gatos no jardim." (there are two cats in the garden.)"""
    noun, where = scene(rng)
    if rng.chance(0.2):
        no, there = unit("não", "no"), unit("há", "there are")
        figures = name(rng, noun, {"bare": 1}, adjectives=attributes(rng, noun)).phrase
        return arrange(pt=(no, there, figures, where, FULL_STOP), en=(there, no, figures, where, FULL_STOP))
    figure = name(rng, noun, FIGURE, adjectives=attributes(rng, noun))
    there = unit("há", "there are" if figure.pronoun.plural else "there is")
    if rng.chance(0.25):
        inverted = Phrase(there.pt, there.en[::-1])
        return sequence(inverted, figure.phrase, where, QUESTION_MARK)
    return sequence(there, figure.phrase, where, FULL_STOP)


def scene(rng: Rng) -> tuple[Noun, Phrase]:
    """Return a random noun and a phrase for a place where it can be, such as "embaixo da mesa" (under the table)."""
    preposition = rng.pick(LEXICON.prepositions)
    figure = rng.pick(preposition.figures)
    ground = rng.pick([noun for noun in preposition.grounds if noun is not figure])
    return figure, place(rng, ground, preposition.word, preposition.english)
