"""Clauses: a subject, its verb, and its complements, before they become a statement or a question."""

from collections.abc import Callable
from typing import NamedTuple

from course_lib.world.language.entries import Noun, Pronoun, Verb
from course_lib.world.language.lexicon import LEXICON, TENSES
from course_lib.world.language.noun_phrases import (
    ANYBODY,
    DOER,
    HABITUAL_OBJECT,
    OBJECT,
    NounPhrase,
    attributes,
    dressed,
    joined,
    name,
    say_pronoun,
    some_pronoun,
)
from course_lib.world.language.phrases import NOTHING, Phrase, sequence
from course_lib.world.language.verb_phrases import (
    CHANCE_OF_TIME,
    TENSE_WEIGHTS,
    Verbal,
    conjugate,
    is_ambiguous,
    place,
    place_of,
    receiver,
    thing_done_to,
    time,
)
from course_lib.world.rng import Rng


class Clause(NamedTuple):
    """The parts of a clause. Each of the last three can be NOTHING."""

    subject: NounPhrase
    verbal: Verbal
    complement: Phrase
    place: Phrase
    time: Phrase


def verbs_with(*frames: str) -> tuple[Verb, ...]:
    """Return the verbs with one of these frames."""
    return tuple(verb for verb in LEXICON.verbs if verb.frame in frames)


FULL_VERBS = verbs_with("transitive", "intransitive", "transfer", "motion", "path", "residence")
WAYS = {"motion": "to", "path": "through"}
TRANSITIVE = verbs_with("transitive")


def doer(rng: Rng, verb: Verb) -> NounPhrase:
    """Return a possible subject of a verb: a pronoun or a noun, sometimes two nouns or a noun with clothes."""
    if ANYBODY in verb.subjects and rng.chance(0.55):
        return say_pronoun(some_pronoun(rng))
    noun = rng.pick(verb.subjects)
    subject = named_doer(rng, noun)
    if noun.category == "person" and rng.chance(0.15):
        return dressed(rng, noun, rng.weighted({"definite": 3, "indefinite": 1}))
    if rng.chance(0.12):
        return joined(subject, named_doer(rng, rng.pick(verb.subjects)))
    return subject


def named_doer(rng: Rng, noun: Noun) -> NounPhrase:
    """Return a subject with this noun."""
    return name(rng, noun, DOER, adjectives=attributes(rng, noun))


def clear_doer(rng: Rng, verb: Verb) -> NounPhrase:
    """Return a subject whose verb form distinguishes the present from the past."""
    subject = doer(rng, verb)
    return clear_doer(rng, verb) if is_ambiguous(verb, subject.pronoun) else subject


def clause(
    rng: Rng,
    verbs: tuple[Verb, ...] = FULL_VERBS,
    weights: dict[str, int] = OBJECT,
    choose_subject: Callable[[Rng, Verb], NounPhrase] = doer,
    tenses: tuple[str, ...] = TENSES,
) -> Clause:
    """Return a clause with one of the verbs in one of the tenses. If its form is ambiguous, a time phrase is added."""
    verb = rng.pick(verbs)
    subject = choose_subject(rng, verb)
    tense = rng.weighted({tense: TENSE_WEIGHTS[tense] for tense in verb.tenses if tense in tenses})
    ambiguous = is_ambiguous(verb, subject.pronoun)
    if ambiguous and tense == "state" and "past" in verb.tenses:
        tense = "past"
    timed = rng.chance(CHANCE_OF_TIME[tense]) or (ambiguous and tense == "past")
    return Clause(
        subject,
        conjugate(verb, tense, subject.pronoun),
        complement(rng, verb, HABITUAL_OBJECT if tense == "habit" else weights, subject.pronoun),
        place_of(rng, verb) if verb.frame in ("transitive", "intransitive") and rng.chance(0.3) else NOTHING,
        time(rng, tense) if timed else NOTHING,
    )


def complement(rng: Rng, verb: Verb, weights: dict[str, int], owner: Pronoun) -> Phrase:
    """Return the required complement of the verb: an object, an object and its receiver, a destination, or a home."""
    if verb.frame in WAYS:
        return place(rng, rng.pick(verb.places), verb.preposition, WAYS[verb.frame])
    if verb.frame == "residence":
        return place_of(rng, verb)
    if verb.frame == "transfer":
        return sequence(thing_done_to(rng, verb, weights, owner), receiver(rng))
    return thing_done_to(rng, verb, weights, owner) if verb.objects else NOTHING
