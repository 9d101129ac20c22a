"""Random clauses, consisting of a subject, a verb, and complements; `moods.py` turns them into sentences."""

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
    """The parts of a clause. The complement, the place, and the time can be NOTHING."""

    subject: NounPhrase
    verbal: Verbal
    complement: Phrase
    place: Phrase
    time: Phrase


def verbs_with(*frames: str) -> tuple[Verb, ...]:
    """Return the verbs in the lexicon with one of these frames, such as "transitive" or "motion"."""
    return tuple(verb for verb in LEXICON.verbs if verb.frame in frames)


FULL_VERBS = verbs_with("transitive", "intransitive", "transfer", "motion", "path", "residence")
WAYS = {"motion": "to", "path": "through"}
TRANSITIVE = verbs_with("transitive")


def doer(rng: Rng, verb: Verb) -> NounPhrase:
    """Return a random subject that suits the verb: a pronoun, a noun, two nouns, or a person in colored clothes."""
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
    """Return a subject with the given noun, and a random determiner and adjectives."""
    return name(rng, noun, DOER, adjectives=attributes(rng, noun))


def clear_doer(rng: Rng, verb: Verb) -> NounPhrase:
    """Return a random subject for which the Portuguese verb has different forms in the present and the past."""
    subject = doer(rng, verb)
    return clear_doer(rng, verb) if is_ambiguous(verb, subject.pronoun) else subject


def clause(
    rng: Rng,
    verbs: tuple[Verb, ...] = FULL_VERBS,
    weights: dict[str, int] = OBJECT,
    choose_subject: Callable[[Rng, Verb], NounPhrase] = doer,
    tenses: tuple[str, ...] = TENSES,
) -> Clause:
    """Return a random clause.

    Some Portuguese verb forms are the same in the present and the past. The clause then gets a time phrase that makes
    the tense clear.

    Args:
        rng: the random number generator.
        verbs: the verbs to choose from.
        weights: the relative frequency of each kind of determiner in the object.
        choose_subject: a function that returns a subject for a verb.
        tenses: the tenses to choose from.
    """
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
    """Return a random complement of the kind that the verb requires, or NOTHING if it requires none.

    The complement is an object, an object with a receiver, a destination, a path, or a place to live.

    Args:
        rng: the random number generator.
        verb: the verb.
        weights: the relative frequency of each kind of determiner in the object.
        owner: the pronoun of the subject, to which possessives in the object refer (she reads her book).
    """
    if verb.frame in WAYS:
        return place(rng, rng.pick(verb.places), verb.preposition, WAYS[verb.frame])
    if verb.frame == "residence":
        return place_of(rng, verb)
    if verb.frame == "transfer":
        return sequence(thing_done_to(rng, verb, weights, owner), receiver(rng))
    return thing_done_to(rng, verb, weights, owner) if verb.objects else NOTHING
