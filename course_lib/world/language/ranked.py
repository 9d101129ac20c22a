"""Random sentences like the example on the slides, "this is the first book i've ever done": ranks and superlatives."""

from course_lib.world.language import english
from course_lib.world.language.clauses import TRANSITIVE, doer
from course_lib.world.language.entries import Adjective, Noun, Verb, agreeing
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.moods import FULL_STOP
from course_lib.world.language.noun_phrases import ADJECTIVES, COMPARABLE, POINTERS, NounPhrase
from course_lib.world.language.phrases import Phrase, arrange, combined, only_en, only_pt, sequence, unit
from course_lib.world.language.verb_phrases import is_third_person
from course_lib.world.rng import Rng

EXPERIENCES = tuple(verb for verb in TRANSITIVE if verb.ranked)
RANKS = tuple(adjective for adjective in LEXICON.adjectives if adjective.kind == "rank")
SINGULAR_RANKS = ("segundo", "terceiro")


def ranked(rng: Rng) -> Phrase:
    """Return a random sentence such as "este é o primeiro livro que eu li." (this is the first book i've ever read.)"""
    verb = rng.pick(EXPERIENCES)
    noun = rng.pick([noun for noun in verb.objects if ranks(noun, plural=False)])
    plural = noun.use == "pair" or rng.chance(0.2)
    rank = rng.pick(ranks(noun, plural))
    head = sequence(unit(agreeing(rank.forms, noun.gender, plural), rank.english), noun_head(noun, plural))
    return experience(rng, verb, noun, plural, head)


def superlative(rng: Rng) -> Phrase:
    """Return a random sentence with a superlative, such as "este é o livro mais caro que ela comprou."

    In English: "this is the most expensive book she has ever bought."
    """
    verb = rng.pick(EXPERIENCES)
    noun = rng.pick([noun for noun in verb.objects if qualities(noun, verb) and noun.use not in ("mass", "kin")])
    plural = noun.use == "pair" or rng.chance(0.2)
    quality, head = rng.pick(qualities(noun, verb)), noun_head(noun, plural)
    degree = unit(f"mais {agreeing(quality.forms, noun.gender, plural)}", english.superlative(quality.english))
    described = combined(arrange(pt=(head, degree), en=(degree, head)), quality.word, noun.word)
    return experience(rng, verb, noun, plural, described)


def ranks(noun: Noun, plural: bool) -> list[Adjective]:
    """Return the ranks that suit the noun, such as "primeiro" (first). "segundo" and "terceiro" have no plural."""
    return [rank for rank in RANKS if noun in rank.nouns and not (plural and rank.word in SINGULAR_RANKS)]


def qualities(noun: Noun, verb: Verb) -> list[Adjective]:
    """Return the adjectives that suit the noun and the verb and have a regular Portuguese superlative (with "mais")."""
    return [a for a in ADJECTIVES[noun] if a.kind in COMPARABLE and not a.comparative and verb.word not in a.clashes]


def noun_head(noun: Noun, plural: bool) -> Phrase:
    """Return the noun alone, in the singular or plural."""
    return unit(noun.plural, noun.english_plural) if plural else unit(noun.word, noun.english)


def experience(rng: Rng, verb: Verb, noun: Noun, plural: bool, head: Phrase) -> Phrase:
    """Return the sentence around a ranked noun, such as "este é o ... que eu li." (this is the ... i've ever read.)

    Args:
        rng: the random number generator.
        verb: the verb, such as "ler" (to read).
        noun: the noun of the head, such as "livro" (book).
        plural: whether the head is plural.
        head: the noun with its rank or superlative, without an article, such as "primeiro livro" (first book).
    """
    pointer, subject = rng.pick(POINTERS), doer(rng, verb)
    this = unit(agreeing(pointer.forms, noun.gender, plural), pointer.english_plural if plural else pointer.english)
    is_, the = (
        unit("são", "are") if plural else unit("é", "is"),
        unit(agreeing(("o", "a", "os", "as"), noun.gender, plural), "the"),
    )
    phrase = sequence(this, is_, the, head, only_pt("que"), subject.phrase, has_ever(verb, subject), FULL_STOP)
    return combined(phrase, verb.word, noun.word)


def has_ever(verb: Verb, subject: NounPhrase) -> Phrase:
    """Return the verb of the relative clause: simple past in Portuguese, and present perfect with "ever" in English."""
    has = "'ve" if len(subject.phrase.en) == 1 else "has" if is_third_person(subject.pronoun) else "have"
    perfect = unit(verb.past[subject.pronoun.form], f"{has} {verb.participle}")
    return arrange(
        pt=(perfect,),
        en=(perfect._replace(en=perfect.en[:1]), only_en("ever"), perfect._replace(en=perfect.en[1:])),
    )
