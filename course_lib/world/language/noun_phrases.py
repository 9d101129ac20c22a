"""Noun phrases: a determiner, a noun, and its adjectives, with agreement in Portuguese and English word order."""

from collections.abc import Sequence
from typing import NamedTuple

from course_lib.world.language.entries import Adjective, Determiner, Noun, Pronoun, Verb, agreeing
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.phrases import NOTHING, Phrase, arrange, combined, only_en, only_pt, sequence, unit
from course_lib.world.rng import Rng

# The weights of the kinds of determiners, by the role of the phrase.
DOER = {"definite": 6, "indefinite": 1, "demonstrative": 1, "possessive": 2, "genitive": 1}
TOPIC = {"definite": 5, "demonstrative": 3, "possessive": 3, "genitive": 2}
OBJECT = {
    "definite": 4,
    "indefinite": 6,
    "demonstrative": 3,
    "possessive": 3,
    "genitive": 1,
    "number": 2,
    "quantity": 2,
    "bare": 2,
}
ORDERED = {"definite": 5, "indefinite": 3, "demonstrative": 4, "possessive": 3}
PLAIN_OBJECT = {"definite": 4, "indefinite": 5, "demonstrative": 3, "possessive": 3, "genitive": 1, "bare": 2}
HABITUAL_OBJECT = {"definite": 2, "demonstrative": 1, "possessive": 2, "bare": 5}
FIGURE = {"indefinite": 6, "number": 4, "quantity": 3}

COUNTED = ("definite", "indefinite", "demonstrative", "number", "quantity", "bare")
ALLOWED = {
    "count": (*COUNTED, "possessive", "genitive"),
    "public": COUNTED,
    "mass": ("definite", "demonstrative", "possessive", "genitive", "bare"),
    "pair": ("definite", "demonstrative", "possessive", "genitive", "bare"),
    "kin": ("possessive", "genitive"),
    "place": ("definite", "demonstrative"),
}
ALWAYS_SINGULAR, ALWAYS_PLURAL = ("indefinite", "genitive"), ("number", "quantity", "bare")

COMPARABLE = ("size", "age", "quality")
PRONOUNS = {pronoun.word: pronoun for pronoun in LEXICON.pronouns}
STANDING_FOR = {
    ("m", False): PRONOUNS["ele"],
    ("f", False): PRONOUNS["ela"],
    ("m", True): PRONOUNS["eles"],
    ("f", True): PRONOUNS["elas"],
}
ADJECTIVES = {
    noun: tuple(a for a in LEXICON.adjectives if noun in a.nouns and a.kind != "rank") for noun in LEXICON.nouns
}
PEOPLE = tuple(noun for noun in LEXICON.nouns if noun.category in ("person", "kin"))
ANYBODY = LEXICON.entry("nouns", "homem")  # stands for the pronouns, which fit any verb that it fits
CLOTHES = LEXICON.kinds["clothes"]
COLORS = tuple(adjective for adjective in LEXICON.adjectives if adjective.kind == "colour")
POINTERS = tuple(determiner for determiner in LEXICON.determiners if determiner.kind == "demonstrative")


class NounPhrase(NamedTuple):
    """A phrase, and the pronoun that can replace it, which determines the agreement of verbs and adjectives."""

    phrase: Phrase
    pronoun: Pronoun


class Determination(NamedTuple):
    """The determiner of a noun: Portuguese words before and after it (o ... dele), English words before it (his)."""

    before: Phrase
    after: Phrase
    english: Phrase


def name(
    rng: Rng,
    noun: Noun,
    weights: dict[str, int],
    owner: Pronoun | None = None,
    adjectives: tuple[Adjective, ...] = (),
) -> NounPhrase:
    """Return a noun phrase with `noun`.

    Args:
        rng: the random number generator.
        noun: the noun.
        weights: the weights of the kinds of determiners.
        owner: the owner for possessives. Default: a random one.
        adjectives: the adjectives.
    """
    kind = rng.weighted({kind: weight for kind, weight in weights.items() if kind in ALLOWED[noun.use]})
    plural = is_plural(rng, noun, kind)
    return build(noun, plural, determine(rng, kind, noun, plural, owner), adjectives)


def is_plural(rng: Rng, noun: Noun, kind: str) -> bool:
    """Return True if the noun should be in the plural, chosen at random if both are possible."""
    if noun.use in ("mass", "kin", "place"):
        return False
    if noun.use == "pair" or kind in ALWAYS_PLURAL:
        return True
    return kind not in ALWAYS_SINGULAR and rng.chance(0.25)


def is_countable(noun: Noun) -> bool:
    """Return True if the noun can be counted."""
    return "number" in ALLOWED[noun.use]


def build(noun: Noun, plural: bool, determination: Determination, adjectives: Sequence[Adjective] = ()) -> NounPhrase:
    """Return the noun phrase of these parts. In Portuguese, the adjectives follow the noun in reverse order."""
    head = unit(noun.plural, noun.english_plural) if plural else unit(noun.word, noun.english)
    described = [describe(noun, adjective, plural) for adjective in adjectives]
    phrase = arrange(
        pt=(determination.before, head, *described, determination.after),
        en=(determination.english, *reversed(described), head),
    )
    return NounPhrase(phrase, STANDING_FOR[noun.gender, plural])


def describe(noun: Noun, adjective: Adjective, plural: bool) -> Phrase:
    """Return the adjective in the form that agrees with the noun."""
    phrase = unit(agreeing(adjective.forms, noun.gender, plural), adjective.english)
    return combined(phrase, adjective.word, noun.word)


def determine(rng: Rng, kind: str, noun: Noun, plural: bool, owner: Pronoun | None = None) -> Determination:
    """Return a determination of one kind that agrees with the noun."""
    if kind == "bare":
        return Determination(NOTHING, NOTHING, NOTHING)
    if kind == "genitive":
        return belonging(noun, plural, person(rng))
    determiner = possessive(rng, owner) if kind == "possessive" else rng.pick(of_kind(kind, plural))
    return determined(determiner, noun, plural)


def of_kind(kind: str, plural: bool) -> list[Determiner]:
    """Return the determiners of one kind that have a form for the number."""
    return [d for d in LEXICON.determiners if d.kind == kind and d.forms[2 * plural]]


def possessive(rng: Rng, owner: Pronoun | None) -> Determiner:
    """Return the owner's possessive, or a random one without an owner."""
    wanted = (owner or rng.pick(LEXICON.pronouns)).possessive
    return next(d for d in LEXICON.determiners if wanted in (d.after, d.forms[0]))


def determined(determiner: Determiner, noun: Noun, plural: bool) -> Determination:
    """Return a determiner as a `Determination`, with both parts of "o ... dele" linked to "his"."""
    form = agreeing(determiner.forms, noun.gender, plural)
    whole = unit(f"{form} {determiner.after}", determiner.english_plural if plural else determiner.english)
    return Determination(Phrase(pt=whole.pt[:1]), Phrase(pt=whole.pt[1:]), Phrase(en=whole.en))


def belonging(noun: Noun, plural: bool, owner: NounPhrase) -> Determination:
    """Return the genitive: o livro da menina, the girl's book."""
    article = agreeing(("o", "a", "os", "as"), noun.gender, plural)
    of = unit("de", "'s")
    return Determination(
        before=only_pt(article),
        after=arrange(pt=(of, owner.phrase), en=()),
        english=arrange(pt=(), en=(owner.phrase, of)),
    )


def person(rng: Rng) -> NounPhrase:
    """Return a definite person: the girl, this man, my mother."""
    return name(rng, rng.pick(PEOPLE), {"definite": 5, "demonstrative": 1, "possessive": 2})


def some_pronoun(rng: Rng) -> Pronoun:
    """Return a pronoun. "eu" and "nós" are more likely, because nouns never use their verb forms."""
    form = rng.pick((0, 0, 1, 2, 2, 3))
    return rng.pick([pronoun for pronoun in LEXICON.pronouns if pronoun.form == form])


def say_pronoun(pronoun: Pronoun) -> NounPhrase:
    """Return a subject pronoun as a noun phrase."""
    return NounPhrase(unit(pronoun.word, pronoun.english), pronoun)


def attributes(rng: Rng, noun: Noun, verb: Verb | None = None) -> tuple[Adjective, ...]:
    """Return up to two adjectives that suit the noun and the verb. A color is next to the noun."""
    suitable = [a for a in ADJECTIVES[noun] if verb is None or verb.word not in a.clashes]
    if noun.use == "kin" or not suitable or rng.chance(0.65):
        return ()
    first = rng.pick(suitable)
    others = [a for a in suitable if a.kind in COMPARABLE]
    if first.kind == "colour" and others and rng.chance(0.3):
        return first, rng.pick(others)
    return (first,)


def dressed(rng: Rng, noun: Noun, kind: str = "definite") -> NounPhrase:
    """Return a person in colored clothes: o homem de camisa amarela, the man in the yellow shirt."""
    clothes, colour = rng.pick(CLOTHES), rng.pick(COLORS)
    plural = clothes.use == "pair"
    wearer = build(noun, False, determine(rng, kind, noun, plural=False))
    article = "the" if kind == "definite" else "" if plural else "a"
    garment = build(clothes, plural, Determination(NOTHING, NOTHING, only_en(article)), [colour])
    return NounPhrase(sequence(wearer.phrase, unit("de", "in"), garment.phrase), wearer.pronoun)


def joined(first: NounPhrase, second: NounPhrase) -> NounPhrase:
    """Join two noun phrases by "e" (and). The pronoun is eles, or elas if both are feminine."""
    gender = "f" if first.pronoun.gender == second.pronoun.gender == "f" else "m"
    return NounPhrase(sequence(first.phrase, unit("e", "and"), second.phrase), STANDING_FOR[gender, True])
