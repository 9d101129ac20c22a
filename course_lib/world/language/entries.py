"""Classes for the entries of the lexicon, one for each part of speech.

Entries are compared by identity: two entries are equal only if they are the same object.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun in Portuguese and English, with its gender and the ways to use it.

    Args:
        gender: the Portuguese gender, "m" or "f".
        kinds: its category, its tags, and the Portuguese noun itself. Tables can select the noun by each of them.
        use: "count" (can be counted), "mass" (has no plural), "pair" (is always plural), "kin" (always has a
            possessor), "public" (never has a possessor), or "place" (never has a possessor and is never plural).
        place: the English preposition for being there ("in", "on", or "at"), or "".
    """

    word: str
    plural: str
    gender: str
    english: str
    english_plural: str
    category: str
    kinds: tuple[str, ...] = field(repr=False)
    use: str
    place: str


@dataclass(frozen=True, eq=False)
class Adjective:
    """An adjective in Portuguese and English, with the nouns that it suits.

    Args:
        forms: the Portuguese forms: masculine, feminine, masculine plural, feminine plural.
        copula: the Portuguese verb for "is" ("ser" or "estar"), or "" for a rank such as "first".
        comparative: the irregular Portuguese comparative, "" for the regular one, or "-" if there is none.
        clashes: the verbs whose objects can't have this adjective. For example, nobody opens an open door.
    """

    word: str
    forms: tuple[str, ...]
    english: str
    kind: str
    copula: str
    comparative: str
    nouns: tuple[Noun, ...] = field(repr=False)
    clashes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Verb:
    """A verb in Portuguese and English, with its possible subjects, objects, and places.

    Args:
        present: the Portuguese forms for eu, ele, nós, and eles. `past` has the same order.
        preposition: the Portuguese preposition before the object or place (gostar *de*), or "".
        frame: the kind of complement that the verb needs, such as "transitive" (an object) or "transfer" (an object
            and a receiver).
        determiners: the kinds of determiners that its object can have.
        ranked: True if the verb works in sentences such as "the first book i've ever read".
    """

    word: str
    present: tuple[str, ...]
    past: tuple[str, ...]
    gerund: str
    imperative: str
    preposition: str
    english: str
    english_past: str
    participle: str
    frame: str
    tenses: tuple[str, ...]
    subjects: tuple[Noun, ...] = field(repr=False)
    objects: tuple[Noun, ...] = field(repr=False)
    determiners: tuple[str, ...]
    places: tuple[Noun, ...] = field(repr=False)
    ranked: bool


@dataclass(frozen=True, eq=False)
class Determiner:
    """An article, demonstrative, possessive, or number. `after` is the part after the noun (o livro *dele*)."""

    forms: tuple[str, ...]
    after: str
    english: str
    english_plural: str
    kind: str


@dataclass(frozen=True, eq=False)
class Pronoun:
    """A subject pronoun in Portuguese and English, with its object form and its possessive.

    `form` is the index of the Portuguese verb form: 0 for eu, 1 for ele, 2 for nós, and 3 for eles.
    """

    word: str
    english: str
    form: int
    gender: str
    plural: bool
    object: str
    english_object: str
    possessive: str


@dataclass(frozen=True, eq=False)
class Time:
    """A time phrase, such as "ontem" (yesterday), and the tenses that it can be used with."""

    word: str
    english: str
    tenses: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Preposition:
    """A preposition of place, with possible nouns for the thing that is there and for the place itself.

    Args:
        english: the English preposition. If it is empty, the English preposition of the place is used (`Noun.place`).
        figures: the nouns that can be there.
        grounds: the nouns of the possible places.
    """

    word: str
    english: str
    figures: tuple[Noun, ...] = field(repr=False)
    grounds: tuple[Noun, ...] = field(repr=False)


def agreeing(forms: tuple[str, ...], gender: str, plural: bool) -> str:
    """Return the form that agrees in gender and number.

    Args:
        forms: masculine, feminine, masculine plural, feminine plural.
        gender: "m" or "f".
        plural: True for the plural.
    """
    return forms[2 * plural + (gender == "f")]
