"""Sentences about how things are: descriptions, comparisons, professions, positions, and what there is."""

from course_lib.world.dice import Dice
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

SER, ESTAR = LEXICON.entry("verbs", "ser"), LEXICON.entry("verbs", "estar")
DESCRIBABLE = tuple(noun for noun in LEXICON.nouns if ADJECTIVES[noun])
RELATIVES, PROFESSIONS = LEXICON.kinds["kin"], LEXICON.kinds["profession"]


def is_so(dice: Dice, verb: Verb, subject: NounPhrase, complement: Phrase) -> Phrase:
    """A sentence with ser or estar, in some mood, in the present or (less often) the past."""
    return in_some_mood(
        dice, Clause(subject, copula(verb, subject.pronoun, dice.chance(0.25)), complement, NOTHING, NOTHING)
    )


def described(dice: Dice) -> Phrase:
    """a casa é muito bonita. - the house is very beautiful."""
    noun = dice.pick(DESCRIBABLE)
    adjective = dice.pick(ADJECTIVES[noun])
    verb = SER if adjective.copula == "ser" else ESTAR
    if noun in PEOPLE and dice.chance(0.6):
        subject = say_pronoun(some_pronoun(dice))
        return is_so(dice, verb, subject, predicate(dice, adjective, subject))
    subject = name(dice, noun, TOPIC)
    return is_so(dice, verb, subject, combined(predicate(dice, adjective, subject), adjective.word, noun.word))


def predicate(dice: Dice, adjective: Adjective, subject: NounPhrase) -> Phrase:
    """The adjective agreeing with the subject; "muito", very, strengthens one that has degrees."""
    very = unit("muito", "very") if adjective.comparative != "-" and dice.chance(0.3) else NOTHING
    return sequence(very, agree(adjective.forms, subject, adjective.english))


def agree(forms: tuple[str, ...], subject: NounPhrase, english_word: str) -> Phrase:
    """An adjective in the form that agrees with a noun phrase."""
    return unit(agreeing(forms, subject.pronoun.gender, subject.pronoun.plural), english_word)


def compared(dice: Dice) -> Phrase:
    """a menina é mais alta que o menino. - the girl is taller than the boy; tão alta quanto, as tall as."""
    adjective = dice.pick([a for a in LEXICON.adjectives if a.kind in COMPARABLE])
    first = dice.pick([noun for noun in adjective.nouns if rivals(adjective, noun)])
    second = dice.pick(rivals(adjective, first))
    subject, other = name(dice, first, TOPIC), name(dice, second, TOPIC)
    degree = equal(adjective, subject) if dice.chance(0.25) else more(adjective, subject)
    return is_so(dice, SER, subject, sequence(combined(degree, adjective.word, first.word), other.phrase))


def rivals(adjective: Adjective, noun: Noun) -> list[Noun]:
    """The nouns with which the noun can be compared: others of its category that the adjective suits."""
    return [other for other in adjective.nouns if other.category == noun.category and other is not noun]


def more(adjective: Adjective, subject: NounPhrase) -> Phrase:
    """mais alta que, taller than; maior que, bigger than."""
    if adjective.comparative:
        word = portuguese.plural(adjective.comparative) if subject.pronoun.plural else adjective.comparative
    else:
        word = "mais " + agreeing(adjective.forms, subject.pronoun.gender, subject.pronoun.plural)
    return sequence(unit(word, english.comparative(adjective.english)), unit("que", "than"))


def equal(adjective: Adjective, subject: NounPhrase) -> Phrase:
    """tão alta quanto, as tall as."""
    return sequence(unit("tão", "as"), agree(adjective.forms, subject, adjective.english), unit("quanto", "as"))


def profession(dice: Dice) -> Phrase:
    """ela é médica. - she is a doctor. minha mãe é uma médica famosa. - my mother is a famous doctor."""
    subject = say_pronoun(some_pronoun(dice)) if dice.chance(0.4) else name(dice, dice.pick(RELATIVES), TOPIC)
    plural = subject.pronoun.plural
    noun = dice.pick([noun for noun in PROFESSIONS if noun.gender == subject.pronoun.gender])
    if dice.chance(0.5):
        adjective = dice.pick([a for a in ADJECTIVES[noun] if a.kind == "quality"])
        kind = "bare" if plural else "indefinite"
        return is_so(dice, SER, subject, name(dice, noun, {kind: 1}, adjectives=(adjective,)).phrase)
    bare = unit(noun.plural, noun.english_plural) if plural else sequence(only_en("a"), unit(noun.word, noun.english))
    return is_so(dice, SER, subject, bare)


def position(dice: Dice) -> Phrase:
    """o gato está embaixo da mesa. - the cat is under the table."""
    figure, where = scene(dice)
    return is_so(dice, ESTAR, name(dice, figure, TOPIC, adjectives=attributes(dice, figure)), where)


def existence(dice: Dice) -> Phrase:
    """há dois gatos no jardim. - there are two cats in the garden. não há gatos ... - there are no cats ..."""
    noun, where = scene(dice)
    if dice.chance(0.2):
        no, there = unit("não", "no"), unit("há", "there are")
        figures = name(dice, noun, {"bare": 1}, adjectives=attributes(dice, noun)).phrase
        return arrange(pt=(no, there, figures, where, FULL_STOP), en=(there, no, figures, where, FULL_STOP))
    figure = name(dice, noun, FIGURE, adjectives=attributes(dice, noun))
    there = unit("há", "there are" if figure.pronoun.plural else "there is")
    if dice.chance(0.25):
        inverted = Phrase(there.pt, there.en[::-1])
        return sequence(inverted, figure.phrase, where, QUESTION_MARK)
    return sequence(there, figure.phrase, where, FULL_STOP)


def scene(dice: Dice) -> tuple[Noun, Phrase]:
    """A noun, and a phrase that says where it is."""
    preposition = dice.pick(LEXICON.prepositions)
    figure = dice.pick(preposition.figures)
    ground = dice.pick([noun for noun in preposition.grounds if noun is not figure])
    return figure, place(dice, ground, preposition.word, preposition.english)
