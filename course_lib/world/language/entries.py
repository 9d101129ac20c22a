"""What the lexicon knows about a word: one small class per kind of word. Entries are compared by identity."""

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun.

    `use` is "count", "mass" (no plural), "pair" (plural only), "kin" (always somebody's), "public" (nobody's)
    or "place" (nobody's, and one at a time).
    `kinds` holds everything it can be chosen by: its category, its tags and itself. `place` is the English preposition
    of a noun that one can be in, on or at; empty for the others.
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
    """An adjective with the verb it takes for "is" (ser or estar), its Portuguese comparative and the nouns it suits.

    `clashes` names the verbs whose object it makes no sense for: nobody opens an open door.
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
    """A verb: its forms in both languages, who does it, to what and where.

    `frame` says what follows it (an object, an object and a receiver, ...); `ranked` whether one can speak of the first
    or the best thing one has ever done it to.
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
    """An article, demonstrative, possessive or number. `after` is the part that follows the noun (o livro dele)."""

    forms: tuple[str, ...]
    after: str
    english: str
    english_plural: str
    kind: str


@dataclass(frozen=True, eq=False)
class Pronoun:
    """A subject pronoun. `form` picks the Portuguese verb form: 0 eu, 1 ele, 2 nós, 3 eles."""

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
    """A time phrase and the tenses it goes with."""

    word: str
    english: str
    tenses: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Preposition:
    """A preposition of place, what can stand there and where. Without `english`, the noun of the place decides."""

    word: str
    english: str
    figures: tuple[Noun, ...] = field(repr=False)
    grounds: tuple[Noun, ...] = field(repr=False)


def agreeing(forms: tuple[str, ...], gender: str, plural: bool) -> str:
    """The one of four forms (masculine, feminine, masculine plural, feminine plural) that agrees."""
    return forms[2 * plural + (gender == "f")]
