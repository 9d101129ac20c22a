"""The entries of the lexicon: one small class per part of speech. Entries are compared by identity."""

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun.

    `use` is "count", "mass" (no plural), "pair" (plural only), "kin" (always with a possessor), "public" (never with
    one), or "place" (never with a possessor or in the plural). `kinds` contains its category, its tags, and the noun
    itself, any of which can select it. `place` is the English preposition for being in, on, or at it, or empty.
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
    """An adjective, with its verb for "is" (ser or estar), its Portuguese comparative, and the nouns it suits.

    `clashes` lists verbs whose objects can't have this adjective: nobody opens an open door.
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
    """A verb: its forms in both languages, and its possible subjects, objects, and places.

    `frame` names its complements (an object, an object and a receiver, ...). `ranked` is True if the verb works in
    sentences such as "the first book i've ever read".
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
    """An article, demonstrative, possessive, or number. `after` is the part that follows the noun (o livro dele)."""

    forms: tuple[str, ...]
    after: str
    english: str
    english_plural: str
    kind: str


@dataclass(frozen=True, eq=False)
class Pronoun:
    """A subject pronoun. `form` is the number of the Portuguese verb form: 0 eu, 1 ele, 2 nós, 3 eles."""

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
    """A time phrase and the tenses that it fits."""

    word: str
    english: str
    tenses: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Preposition:
    """A preposition of place, with possible nouns. If `english` is empty, the noun of the place determines it."""

    word: str
    english: str
    figures: tuple[Noun, ...] = field(repr=False)
    grounds: tuple[Noun, ...] = field(repr=False)


def agreeing(forms: tuple[str, ...], gender: str, plural: bool) -> str:
    """Return the agreeing form from (masculine, feminine, masculine plural, feminine plural)."""
    return forms[2 * plural + (gender == "f")]
