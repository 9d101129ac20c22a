"""Verb phrases: conjugated verbs with their objects, receivers, places, and times."""

from typing import NamedTuple

from course_lib.world.language import english
from course_lib.world.language.entries import Noun, Pronoun, Verb
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.noun_phrases import attributes, build, determine, name, person
from course_lib.world.language.phrases import NOTHING, Phrase, combined, sequence, unit
from course_lib.world.rng import Rng

TENSE_WEIGHTS = {"habit": 3, "state": 2, "past": 4, "progressive": 3, "future": 2}
CHANCE_OF_TIME = {"habit": 1, "state": 0, "past": 0.4, "progressive": 0.3, "future": 0.5}
CHANCE_OF_THIS_PLACE = 0.15

ESTAR, IR = LEXICON.entry("verbs", "estar"), LEXICON.entry("verbs", "ir")


class Verbal(NamedTuple):
    """A conjugated verb, both as a whole and split into an auxiliary and a main verb.

    Args:
        plain: the verb in statements, such as "comprou" (bought).
        auxiliary: the English auxiliary in questions and negations (did), without a Portuguese word.
        main: the rest of the verb in questions and negations (buy), with all Portuguese words.
    """

    plain: Phrase
    auxiliary: Phrase
    main: Phrase


def conjugate(verb: Verb, tense: str, pronoun: Pronoun) -> Verbal:
    """Return the verb in the given tense, in agreement with the pronoun of its subject."""
    if tense == "progressive":
        is_doing = unit(ESTAR.present[pronoun.form], english.be(pronoun.english))
        return with_own_auxiliary(is_doing, unit(verb.gerund, english.with_ing(verb.english)))
    if tense == "future":
        return with_own_auxiliary(unit(IR.present[pronoun.form], "will"), unit(verb.word, verb.english))
    if verb.english == "can":
        return with_own_auxiliary(unit(verb.present[pronoun.form], "can"), NOTHING)
    if tense == "past":
        return with_do(spell(verb, verb.past[pronoun.form]), verb.english_past, "did", verb.english)
    third = is_third_person(pronoun)
    plain = english.third_person(verb.english) if third else verb.english
    return with_do(spell(verb, verb.present[pronoun.form]), plain, "does" if third else "do", verb.english)


def spell(verb: Verb, form: str) -> str:
    """Return a form of the verb, followed by the preposition that its object needs, if any (gosto de)."""
    return f"{form} {verb.preposition}" if verb.objects else form


def is_third_person(pronoun: Pronoun) -> bool:
    """Return True if an English verb takes -s after this pronoun (he or she)."""
    return pronoun.english in ("he", "she")


def with_do(pt: str, plain: str, auxiliary: str, base: str) -> Verbal:
    """Return a verb that forms its English questions and negations with "do".

    Args:
        pt: the Portuguese form.
        plain: the English form in statements (bought).
        auxiliary: the form of "do" (did).
        base: the English form after "do" (buy).
    """
    whole = unit(pt, f"{auxiliary} {base}")
    return Verbal(unit(pt, plain), Phrase(en=whole.en[:1]), Phrase(whole.pt, whole.en[1:]))


def with_own_auxiliary(auxiliary: Phrase, main: Phrase) -> Verbal:
    """Return a verb with an auxiliary other than "do", such as "está lendo" (is reading) or "vai ler" (will read)."""
    return Verbal(sequence(auxiliary, main), Phrase(en=auxiliary.en), Phrase(auxiliary.pt + main.pt, main.en))


def copula(verb: Verb, pronoun: Pronoun, past: bool = False) -> Verbal:
    """Return "ser" or "estar" (to be) in the form that agrees with the pronoun.

    The English form of "be" is its own auxiliary: "is she ...?"
    """
    form = (verb.past if past else verb.present)[pronoun.form]
    return with_own_auxiliary(unit(form, english.be(pronoun.english, past)), NOTHING)


def is_ambiguous(verb: Verb, pronoun: Pronoun) -> bool:
    """Return True if the Portuguese present and past forms are equal: "nós compramos" is "we buy" or "we bought"."""
    return verb.present[pronoun.form] == verb.past[pronoun.form]


def thing_done_to(rng: Rng, verb: Verb, weights: dict[str, int], owner: Pronoun | None = None) -> Phrase:
    """Return a random object that suits the verb, marked as a combination with the verb.

    Args:
        rng: the random number generator.
        verb: the verb.
        weights: the relative frequency of each kind of determiner. Kinds that the verb does not allow are skipped.
        owner: the pronoun to which a possessive refers. Default: a random one.
    """
    noun = rng.pick(verb.objects)
    weights = {kind: weight for kind, weight in weights.items() if kind in verb.determiners}
    phrase = name(rng, noun, weights, owner, attributes(rng, noun, verb)).phrase
    return combined(phrase, verb.word, noun.word)


def receiver(rng: Rng) -> Phrase:
    """Return a random receiver, such as "ao menino" (to the boy)."""
    return sequence(unit("a", "to"), person(rng).phrase)


def place(rng: Rng, noun: Noun, pt: str = "em", en: str = "") -> Phrase:
    """Return a phrase for a place, such as "no jardim" (in the garden) or "embaixo da mesa" (under the table).

    Args:
        rng: the random number generator.
        noun: the noun of the place.
        pt: the Portuguese preposition.
        en: the English preposition. Default: the one that the noun takes (in, on, or at).
    """
    kind = "demonstrative" if rng.chance(CHANCE_OF_THIS_PLACE) else "definite"
    ground = build(noun, False, determine(rng, kind, noun, plural=False))
    return sequence(unit(pt, en or noun.place), ground.phrase)


def place_of(rng: Rng, verb: Verb) -> Phrase:
    """Return a random place where the action of the verb typically happens, or NOTHING if there is none."""
    return place(rng, rng.pick(verb.places)) if verb.places else NOTHING


def time(rng: Rng, tense: str) -> Phrase:
    """Return a random time phrase that fits the tense, such as "ontem" (yesterday) for the past."""
    chosen = rng.pick([entry for entry in LEXICON.times if tense in entry.tenses])
    return unit(chosen.word, chosen.english)
