"""Random yes/no questions, and questions with what, who, whose, where, when, why, how many, and what color."""

from course_lib.world.language.clauses import FULL_VERBS, TRANSITIVE, clause, doer
from course_lib.world.language.descriptions import ESTAR, SER, scene
from course_lib.world.language.entries import Noun, Verb, agreeing
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.moods import QUESTION_MARK, ask, ask_with
from course_lib.world.language.noun_phrases import (
    ADJECTIVES,
    ALLOWED,
    ANYBODY,
    COLORS,
    PLAIN_OBJECT,
    POINTERS,
    STANDING_FOR,
    TOPIC,
    NounPhrase,
    attributes,
    dressed,
    is_countable,
    name,
)
from course_lib.world.language.phrases import Phrase, arrange, combined, sequence, unit
from course_lib.world.language.verb_phrases import copula
from course_lib.world.rng import Rng

WHAT, WHERE, WHEN, WHY = (
    unit("o que", "what"),
    unit("onde", "where"),
    unit("quando", "when"),
    unit("por que", "why"),
)
WHO = NounPhrase(unit("quem", "who"), STANDING_FOR["m", False])
WHOSE, WHAT_COLOR = unit("de quem", "whose"), unit("de que cor", "what color")

LIVING = ("person", "kin", "baby", "animal")
DONE_TO_THINGS = tuple(v for v in TRANSITIVE if not v.preposition and any(n.category not in LIVING for n in v.objects))
DONE_TO_COUNTABLES = tuple(verb for verb in DONE_TO_THINGS if any(map(is_countable, verb.objects)))
DONE_BY_PEOPLE = tuple(verb for verb in FULL_VERBS if ANYBODY in verb.subjects)
DONE_SOMEWHERE = tuple(verb for verb in FULL_VERBS if verb.places and verb.frame in ("transitive", "intransitive"))
DONE_ONCE = tuple(verb for verb in FULL_VERBS if "past" in verb.tenses and "future" in verb.tenses)
FINDABLE = tuple(n for n in LEXICON.nouns if n.category in (*LIVING, "thing", "text", "clothes", "vehicle"))
COLORFUL = tuple(noun for noun in LEXICON.nouns if any(adjective in COLORS for adjective in ADJECTIVES[noun]))
OWNED = tuple(
    noun
    for noun in LEXICON.nouns
    if "genitive" in ALLOWED[noun.use] and noun.use in ("count", "pair") and noun.category != "person"
)


def somebody_else(rng: Rng, verb: Verb) -> NounPhrase:
    """Return a random subject other than I or we, because people don't ask what they are doing themselves."""
    subject = doer(rng, verb)
    return somebody_else(rng, verb) if subject.pronoun.word in ("eu", "nós") else subject


def yes_or_no(rng: Rng) -> Phrase:
    """Return a random yes/no question, such as "ela comprou um livro?" (did she buy a book?)"""
    return ask(clause(rng, FULL_VERBS, PLAIN_OBJECT, somebody_else))


def what(rng: Rng) -> Phrase:
    """Return a random question with what, such as "o que ela comprou ontem?" (what did she buy yesterday?)"""
    asked = clause(rng, DONE_TO_THINGS, PLAIN_OBJECT, somebody_else)
    return ask_with(WHAT, asked, asked.place, asked.time)


def who(rng: Rng) -> Phrase:
    """Return a random question with who, such as "quem comprou o livro?" (who bought the book?)"""
    asked = clause(rng, DONE_BY_PEOPLE, PLAIN_OBJECT, lambda rng, verb: WHO)
    return sequence(WHO.phrase, asked.verbal.plain, asked.complement, asked.place, asked.time, QUESTION_MARK)


def where(rng: Rng) -> Phrase:
    """Return a random question with where, such as "onde ela comprou o livro?" (where did she buy the book?)"""
    asked = clause(rng, DONE_SOMEWHERE, PLAIN_OBJECT, somebody_else)
    return ask_with(WHERE, asked, asked.complement, asked.time)


def when(rng: Rng) -> Phrase:
    """Return a random question with when, such as "quando ela vai comprar o livro?" (when will she buy the book?)"""
    asked = clause(rng, DONE_ONCE, PLAIN_OBJECT, somebody_else, tenses=("past", "future"))
    return ask_with(WHEN, asked, asked.complement, asked.place)


def why(rng: Rng) -> Phrase:
    """Return a random question with why, such as "por que ela está chorando?" (why is she crying?)"""
    asked = clause(rng, DONE_ONCE, PLAIN_OBJECT, somebody_else)
    return ask_with(WHY, asked, asked.complement, asked.place, asked.time)


def where_is(rng: Rng) -> Phrase:
    """Return a random question about a location, such as "onde está o gato preto?" (where is the black cat?)"""
    return ask_about(rng, WHERE, ESTAR, topic(rng, rng.pick(FINDABLE)))


def who_is(rng: Rng) -> Phrase:
    """Ask who a person is, such as "quem é o homem de camisa amarela?" (who is the man in the yellow shirt?)"""
    return ask_about(rng, WHO.phrase, SER, dressed(rng, rng.pick(LEXICON.kinds["person"])))


def what_colour(rng: Rng) -> Phrase:
    """Return a random question about a color, such as "de que cor é o carro?" (what color is the car?)"""
    return ask_about(rng, WHAT_COLOR, SER, name(rng, rng.pick(COLORFUL), TOPIC))


def ask_about(rng: Rng, question_word: Phrase, verb: Verb, subject: NounPhrase) -> Phrase:
    """Return a question that consists of a question word, the verb "ser" or "estar" (to be), and the subject."""
    verbal = copula(verb, subject.pronoun, past=rng.chance(0.2))
    return sequence(question_word, verbal.plain, subject.phrase, QUESTION_MARK)


def topic(rng: Rng, noun: Noun) -> NounPhrase:
    """Return the noun as the subject of a question, with a random determiner and adjectives."""
    return name(rng, noun, TOPIC, adjectives=attributes(rng, noun))


def whose(rng: Rng) -> Phrase:
    """Return a random question with whose, such as "de quem é este livro?" (whose book is this?)"""
    noun, pointer = rng.pick(OWNED), rng.pick(POINTERS)
    thing = name(rng, noun, {"bare": 1}, adjectives=attributes(rng, noun))
    plural = thing.pronoun.plural
    this = unit(agreeing(pointer.forms, noun.gender, plural), pointer.english_plural if plural else pointer.english)
    is_ = copula(SER, thing.pronoun).plain
    return arrange(
        pt=(WHOSE, is_, this, thing.phrase, QUESTION_MARK), en=(WHOSE, thing.phrase, is_, this, QUESTION_MARK)
    )


def how_many_are_there(rng: Rng) -> Phrase:
    """Ask how many things are in a place: "quantos gatos há no jardim?" (how many cats are there in the garden?)"""
    noun, place = scene(rng)
    return sequence(how_many(rng, noun), unit("há", "are there"), place, QUESTION_MARK)


def how_many_did_you(rng: Rng) -> Phrase:
    """Ask how many objects an action has: "quantos livros ela comprou?" (how many books did she buy?)"""
    verb = rng.pick(DONE_TO_COUNTABLES)
    noun = rng.pick([noun for noun in verb.objects if is_countable(noun)])
    asked = clause(rng, (verb,), PLAIN_OBJECT, somebody_else)
    return ask_with(combined(how_many(rng, noun), verb.word, noun.word), asked, asked.place, asked.time)


def how_many(rng: Rng, noun: Noun) -> Phrase:
    """Return "how many" with a noun, such as "quantas flores vermelhas" (how many red flowers)."""
    word = unit(agreeing(("", "", "quantos", "quantas"), noun.gender, True), "how many")
    return sequence(word, name(rng, noun, {"bare": 1}, adjectives=attributes(rng, noun)).phrase)
