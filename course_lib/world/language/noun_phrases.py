"""Noun phrases (determiner, noun, and adjectives), with the right agreement and word order in both languages."""

from collections.abc import Sequence
from typing import NamedTuple

from course_lib.world.language.entries import Adjective, Determiner, Noun, Pronoun, Verb, agreeing
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.phrases import NOTHING, Phrase, arrange, combined, only_en, only_pt, sequence, unit
from course_lib.world.rng import Rng

# The relative frequency of each kind of determiner, depending on the role of the noun phrase in the sentence.
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
ANYBODY = LEXICON.entry("nouns", "homem")  # a verb that takes this noun can also take a pronoun
CLOTHES = LEXICON.kinds["clothes"]
COLORS = tuple(adjective for adjective in LEXICON.adjectives if adjective.kind == "colour")
POINTERS = tuple(determiner for determiner in LEXICON.determiners if determiner.kind == "demonstrative")


class NounPhrase(NamedTuple):
    """A phrase with the pronoun that can replace it. Verbs and adjectives agree with this pronoun."""

    phrase: Phrase
    pronoun: Pronoun


class Determination(NamedTuple):
    """A determiner: its Portuguese words before and after the noun (o livro dele), and its English words (his)."""

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
    """Return a noun phrase with the given noun, a random determiner, and a random number (singular or plural).

    Args:
        rng: the random number generator.
        noun: the noun.
        weights: the relative frequency of each kind of determiner. Kinds that the noun can't have are skipped.
        owner: the pronoun to which a possessive refers. Default: a random one.
        adjectives: the adjectives, in the order of `build`.
    """
    kind = rng.weighted({kind: weight for kind, weight in weights.items() if kind in ALLOWED[noun.use]})
    plural = is_plural(rng, noun, kind)
    return build(noun, plural, determine(rng, kind, noun, plural, owner), adjectives)


def is_plural(rng: Rng, noun: Noun, kind: str) -> bool:
    """Return True if the noun should be plural. If the noun and the determiner allow both, the choice is random."""
    if noun.use in ("mass", "kin", "place"):
        return False
    if noun.use == "pair" or kind in ALWAYS_PLURAL:
        return True
    return kind not in ALWAYS_SINGULAR and rng.chance(0.25)


def is_countable(noun: Noun) -> bool:
    """Return True if numbers can precede the noun, as in "two books" (but not "two waters")."""
    return "number" in ALLOWED[noun.use]


def build(noun: Noun, plural: bool, determination: Determination, adjectives: Sequence[Adjective] = ()) -> NounPhrase:
    """Build a noun phrase from a noun, its determiner, and its adjectives.

    In Portuguese, the adjectives follow the noun in the given order. In English, they precede it in reverse order.
    """
    head = unit(noun.plural, noun.english_plural) if plural else unit(noun.word, noun.english)
    described = [describe(noun, adjective, plural) for adjective in adjectives]
    phrase = arrange(
        pt=(determination.before, head, *described, determination.after),
        en=(determination.english, *reversed(described), head),
    )
    return NounPhrase(phrase, STANDING_FOR[noun.gender, plural])


def describe(noun: Noun, adjective: Adjective, plural: bool) -> Phrase:
    """Return the adjective in the form that agrees with the noun, marked as a combination with the noun."""
    phrase = unit(agreeing(adjective.forms, noun.gender, plural), adjective.english)
    return combined(phrase, adjective.word, noun.word)


def determine(rng: Rng, kind: str, noun: Noun, plural: bool, owner: Pronoun | None = None) -> Determination:
    """Return a random determiner of one kind in the form that agrees with the noun.

    If `owner` is given, a possessive refers to it. In a genitive, the owner is always a random person.
    """
    if kind == "bare":
        return Determination(NOTHING, NOTHING, NOTHING)
    if kind == "genitive":
        return belonging(noun, plural, person(rng))
    determiner = possessive(rng, owner) if kind == "possessive" else rng.pick(of_kind(kind, plural))
    return determined(determiner, noun, plural)


def of_kind(kind: str, plural: bool) -> list[Determiner]:
    """Return the determiners of one kind that have a singular or, if `plural` is True, a plural form."""
    return [d for d in LEXICON.determiners if d.kind == kind and d.forms[2 * plural]]


def possessive(rng: Rng, owner: Pronoun | None) -> Determiner:
    """Return the possessive determiner of the owner, or a random one if the owner is None."""
    wanted = (owner or rng.pick(LEXICON.pronouns)).possessive
    return next(d for d in LEXICON.determiners if wanted in (d.after, d.forms[0]))


def determined(determiner: Determiner, noun: Noun, plural: bool) -> Determination:
    """Return the determiner in the form that agrees with the noun. Both parts of "o livro dele" are linked to "his"."""
    form = agreeing(determiner.forms, noun.gender, plural)
    whole = unit(f"{form} {determiner.after}", determiner.english_plural if plural else determiner.english)
    return Determination(Phrase(pt=whole.pt[:1]), Phrase(pt=whole.pt[1:]), Phrase(en=whole.en))


def belonging(noun: Noun, plural: bool, owner: NounPhrase) -> Determination:
    """Return the words that express the owner of a noun, as in "o livro da menina" (the girl's book)."""
    article = agreeing(("o", "a", "os", "as"), noun.gender, plural)
    of = unit("de", "'s")
    return Determination(
        before=only_pt(article),
        after=arrange(pt=(of, owner.phrase), en=()),
        english=arrange(pt=(), en=(owner.phrase, of)),
    )


def person(rng: Rng) -> NounPhrase:
    """Return a random person as a definite noun phrase, such as the girl, this man, or my mother."""
    return name(rng, rng.pick(PEOPLE), {"definite": 5, "demonstrative": 1, "possessive": 2})


def some_pronoun(rng: Rng) -> Pronoun:
    """Return a random pronoun. "eu" and "nós" are more frequent, because no noun occurs with their verb forms."""
    form = rng.pick((0, 0, 1, 2, 2, 3))
    return rng.pick([pronoun for pronoun in LEXICON.pronouns if pronoun.form == form])


def say_pronoun(pronoun: Pronoun) -> NounPhrase:
    """Return a subject pronoun as a noun phrase."""
    return NounPhrase(unit(pronoun.word, pronoun.english), pronoun)


def attributes(rng: Rng, noun: Noun, verb: Verb | None = None) -> tuple[Adjective, ...]:
    """Return up to two random adjectives that suit the noun, and also the verb if the noun is its object.

    If there are two, the first is a color, which both languages put next to the noun.
    """
    suitable = [a for a in ADJECTIVES[noun] if verb is None or verb.word not in a.clashes]
    if noun.use == "kin" or not suitable or rng.chance(0.65):
        return ()
    first = rng.pick(suitable)
    others = [a for a in suitable if a.kind in COMPARABLE]
    if first.kind == "colour" and others and rng.chance(0.3):
        return first, rng.pick(others)
    return (first,)


def dressed(rng: Rng, noun: Noun, kind: str = "definite") -> NounPhrase:
    """Return a person in colored clothes, such as "o homem de camisa amarela" (the man in the yellow shirt)."""
    clothes, colour = rng.pick(CLOTHES), rng.pick(COLORS)
    plural = clothes.use == "pair"
    wearer = build(noun, False, determine(rng, kind, noun, plural=False))
    article = "the" if kind == "definite" else "" if plural else "a"
    garment = build(clothes, plural, Determination(NOTHING, NOTHING, only_en(article)), [colour])
    return NounPhrase(sequence(wearer.phrase, unit("de", "in"), garment.phrase), wearer.pronoun)


def joined(first: NounPhrase, second: NounPhrase) -> NounPhrase:
    """Join two noun phrases with "e" (and). The pronoun of the result is "eles", or "elas" if both are feminine."""
    gender = "f" if first.pronoun.gender == second.pronoun.gender == "f" else "m"
    return NounPhrase(sequence(first.phrase, unit("e", "and"), second.phrase), STANDING_FOR[gender, True])
