"""Verbs in their tenses, with objects, receivers, places, and times."""

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
    """A conjugated verb: `plain` as in statements (bought), `auxiliary` and `main` as in questions (did ... buy).

    `main` contains all Portuguese words, `auxiliary` only an English one.
    """

    plain: Phrase
    auxiliary: Phrase
    main: Phrase


def conjugate(verb: Verb, tense: str, pronoun: Pronoun) -> Verbal:
    """Return the verb in a tense, agreeing with the pronoun of its subject."""
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
    """Return a form of the verb, with the preposition that its object needs (gosto de)."""
    return f"{form} {verb.preposition}" if verb.objects else form


def is_third_person(pronoun: Pronoun) -> bool:
    """Return True if an English verb takes -s after the pronoun."""
    return pronoun.english in ("he", "she")


def with_do(pt: str, plain: str, auxiliary: str, base: str) -> Verbal:
    """Return a verb whose questions and negations use "do"."""
    whole = unit(pt, f"{auxiliary} {base}")
    return Verbal(unit(pt, plain), Phrase(en=whole.en[:1]), Phrase(whole.pt, whole.en[1:]))


def with_own_auxiliary(auxiliary: Phrase, main: Phrase) -> Verbal:
    """Return a verb with two words in both languages: está lendo, is reading; vai ler, will read."""
    return Verbal(sequence(auxiliary, main), Phrase(en=auxiliary.en), Phrase(auxiliary.pt + main.pt, main.en))


def copula(verb: Verb, pronoun: Pronoun, past: bool = False) -> Verbal:
    """Return ser or estar, which is one word in both languages and serves as the auxiliary."""
    form = (verb.past if past else verb.present)[pronoun.form]
    return with_own_auxiliary(unit(form, english.be(pronoun.english, past)), NOTHING)


def is_ambiguous(verb: Verb, pronoun: Pronoun) -> bool:
    """Return True if present and past are equal in Portuguese: nós compramos is "we buy" and "we bought"."""
    return verb.present[pronoun.form] == verb.past[pronoun.form]


def thing_done_to(rng: Rng, verb: Verb, weights: dict[str, int], owner: Pronoun | None = None) -> Phrase:
    """Return a suitable object of the verb."""
    noun = rng.pick(verb.objects)
    weights = {kind: weight for kind, weight in weights.items() if kind in verb.determiners}
    phrase = name(rng, noun, weights, owner, attributes(rng, noun, verb)).phrase
    return combined(phrase, verb.word, noun.word)


def receiver(rng: Rng) -> Phrase:
    """Return a receiver: ao menino, to the boy."""
    return sequence(unit("a", "to"), person(rng).phrase)


def place(rng: Rng, noun: Noun, pt: str = "em", en: str = "") -> Phrase:
    """Return a place: no jardim, in the garden; embaixo da mesa, under the table. `en` defaults to the noun's."""
    kind = "demonstrative" if rng.chance(CHANCE_OF_THIS_PLACE) else "definite"
    ground = build(noun, False, determine(rng, kind, noun, plural=False))
    return sequence(unit(pt, en or noun.place), ground.phrase)


def place_of(rng: Rng, verb: Verb) -> Phrase:
    """Return one of the typical places of the verb, or nothing if it has none."""
    return place(rng, rng.pick(verb.places)) if verb.places else NOTHING


def time(rng: Rng, tense: str) -> Phrase:
    """Return a time phrase that fits the tense: ontem, yesterday."""
    chosen = rng.pick([entry for entry in LEXICON.times if tense in entry.tenses])
    return unit(chosen.word, chosen.english)
