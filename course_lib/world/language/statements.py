"""Random sentences about actions and about the weather, and commands."""

from course_lib.world.language.clauses import (
    FULL_VERBS,
    TRANSITIVE,
    Clause,
    clause,
    clear_doer,
    complement,
    verbs_with,
)
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.moods import (
    FULL_STOP,
    NOT,
    affirm,
    affirm_time_first,
    affirm_without_pronoun,
    in_some_mood,
    negate,
)
from course_lib.world.language.noun_phrases import (
    ANYBODY,
    HABITUAL_OBJECT,
    ORDERED,
    PLAIN_OBJECT,
    STANDING_FOR,
    NounPhrase,
    person,
    say_pronoun,
)
from course_lib.world.language.phrases import NOTHING, Phrase, arrange, only_en, sequence, unit
from course_lib.world.language.verb_phrases import conjugate, place_of, thing_done_to, time, with_do
from course_lib.world.rng import Rng

MODALS = tuple(LEXICON.entry("verbs", word) for word in ("querer", "precisar", "poder"))
DOABLE = tuple(verb for verb in FULL_VERBS if "future" in verb.tenses and verb.frame != "transfer")
ORDERABLE = tuple(verb for verb in TRANSITIVE if "progressive" in verb.tenses)
HABITUAL = tuple(verb for verb in FULL_VERBS if "habit" in verb.tenses)
TO_PEOPLE = tuple(
    verb for verb in FULL_VERBS if verb.frame == "transfer" or (ANYBODY in verb.objects and not verb.preposition)
)
WEATHER = verbs_with("weather")
IT = NounPhrase(only_en("it"), STANDING_FOR["m", False])


def statement(rng: Rng) -> Phrase:
    """Return a random statement about an action. A time phrase may come first, and "eu" or "nós" may be omitted."""
    said = clause(rng)
    if said.subject.phrase.pt[0].text in ("eu", "nós") and rng.chance(0.3):
        return affirm_without_pronoun(said)
    return affirm_time_first(said) if said.time and rng.chance(0.25) else affirm(said)


def negation(rng: Rng) -> Phrase:
    """Return a random negated statement, such as "ela não comprou um livro." (she did not buy a book.)"""
    return negate(clause(rng, weights=PLAIN_OBJECT))


def wish(rng: Rng) -> Phrase:
    """Return a random sentence with want, need, or can: "ela quer comprar um livro." (she wants to buy a book.)"""
    modal, verb = rng.pick(MODALS), rng.pick(DOABLE)
    subject = clear_doer(rng, modal)
    to = "" if modal.english == "can" else "to "
    action = sequence(unit(verb.word, to + verb.english), complement(rng, verb, PLAIN_OBJECT, subject.pronoun))
    return in_some_mood(rng, Clause(subject, conjugate(modal, "state", subject.pronoun), action, NOTHING, NOTHING))


def frequency(rng: Rng) -> Phrase:
    """Return a random sentence with an adverb of frequency, such as "ela nunca come bolo." (she never eats cake.)"""
    verb = rng.pick(HABITUAL)
    subject = clear_doer(rng, verb)
    done = complement(rng, verb, HABITUAL_OBJECT, subject.pronoun)
    where = place_of(rng, verb) if verb.frame == "intransitive" else NOTHING
    return sequence(
        subject.phrase,
        time(rng, "frequency"),
        conjugate(verb, "habit", subject.pronoun).plain,
        done,
        where,
        FULL_STOP,
    )


def to_me(rng: Rng) -> Phrase:
    """Return a random sentence with me or us as the object or receiver, such as "ela me viu." (she saw me.)

    The pronoun precedes the verb in Portuguese and follows it in English, so the alignment crosses.
    """
    verb, me = rng.pick(TO_PEOPLE), rng.pick([p for p in LEXICON.pronouns if p.object])
    subject = rng.pick([say_pronoun(p) for p in LEXICON.pronouns if not p.object] + [person(rng)])
    target = unit(me.object, me.english_object)
    verbal = conjugate(verb, "past", subject.pronoun).plain
    given = thing_done_to(rng, verb, PLAIN_OBJECT, subject.pronoun) if verb.frame == "transfer" else NOTHING
    rest = (given, time(rng, "past") if rng.chance(0.5) else NOTHING, FULL_STOP)
    return arrange(pt=(subject.phrase, target, verbal, *rest), en=(subject.phrase, verbal, target, *rest))


def command(rng: Rng) -> Phrase:
    """Return a random command, such as "por favor feche a porta." (please close the door.)"""
    verb = rng.pick(ORDERABLE)
    rest = (thing_done_to(rng, verb, ORDERED), FULL_STOP)
    if rng.chance(0.3):
        order = with_do(verb.imperative, verb.english, "do", verb.english)
        return arrange(pt=(NOT, order.main, *rest), en=(order.auxiliary, NOT, order.main, *rest))
    order = unit(verb.imperative, verb.english)
    return sequence(unit("por favor", "please") if rng.chance(0.4) else NOTHING, order, *rest)


def weather(rng: Rng) -> Phrase:
    """Return a random sentence about rain or snow, such as "está chovendo na praia." (it is raining on the beach.)"""
    verb = rng.pick(WEATHER)
    tense = rng.pick(verb.tenses)
    verbal, where = conjugate(verb, tense, IT.pronoun), place_of(rng, verb)
    return in_some_mood(rng, Clause(IT, verbal, NOTHING, where, time(rng, tense)))
