"""The lexicon: all words of the little world, read from the tables in `course_lib/world/tables`.

The tables contain dictionary forms, irregular forms, and information about which words fit together. An empty cell
stands for the regular form (see `portuguese.py` and `english.py`), and a dash means that there is no such form. Tables
refer to nouns by their *kinds*: a category, a tag, or the noun itself. For example, the object of a verb can be limited
to `food` or to `bolo biscoito pão`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from course_lib.errors import CourseError
from course_lib.world.language import english, portuguese
from course_lib.world.language.entries import Adjective, Determiner, Noun, Preposition, Pronoun, Time, Verb
from course_lib.world.table import TABLES, Row, read_table

TENSES = ("habit", "state", "past", "progressive", "future")
TIMES = (*TENSES, "frequency")
FRAMES = (
    "transitive",
    "intransitive",
    "transfer",
    "motion",
    "path",
    "residence",
    "modal",
    "weather",
    "copula",
)
KINDS_OF_ADJECTIVE = ("colour", "size", "age", "quality", "state", "rank")
KINDS_OF_DETERMINER = (
    "definite",
    "indefinite",
    "demonstrative",
    "possessive",
    "genitive",
    "number",
    "quantity",
    "bare",
)


Entry = TypeVar("Entry")
FindNouns = Callable[[Row, str], tuple[Noun, ...]]  # the type of `Lexicon.find_nouns`


class Lexicon:
    """All words of the little world, with a tuple of entries for each part of speech, in the order of its table.

    `kinds` is a dict from each kind to its nouns.

    Args:
        folder: the folder with the tables. Default: the tables of the course.

    Raises:
        CourseError: a table can't be read. The message names the file, the line, and the value.
    """

    def __init__(self, folder: Path | str = TABLES):
        folder = Path(folder)
        self.nouns = tuple(map(make_noun, read_table(folder / "nouns.csv")))
        self.kinds = group_by_kind(self.nouns)
        self.adjectives = self.read(folder / "adjectives.csv", make_adjective)
        self.verbs = self.read(folder / "verbs.csv", make_verb)
        self.prepositions = self.read(folder / "prepositions.csv", make_preposition)
        self.determiners = tuple(map(make_determiner, read_table(folder / "determiners.csv")))
        self.pronouns = tuple(map(make_pronoun, read_table(folder / "pronouns.csv")))
        self.times = tuple(map(make_time, read_table(folder / "times.csv")))

    def read(self, path: Path, make: Callable[[Row, FindNouns], Entry]) -> tuple[Entry, ...]:
        """Read a table and create an entry from each of its rows.

        Args:
            path: the CSV file.
            make: a function that creates an entry from a row, with `find_nouns` to look up nouns by kind.
        """
        return tuple(make(row, self.find_nouns) for row in read_table(path))

    def find_nouns(self, row: Row, column: str) -> tuple[Noun, ...]:
        """Return the nouns that have at least one of the kinds in a cell, in the order of the table.

        Raises:
            CourseError: the cell contains a word that is not a kind.
        """
        wanted = row[column].split()
        for kind in wanted:
            if kind not in self.kinds:
                row.fail(column, f"categories, tags, or nouns from nouns.csv ({kind!r} is none of them)")
        return tuple(noun for noun in self.nouns if any(kind in noun.kinds for kind in wanted))

    def entry(self, entries: str, word: str) -> Noun | Adjective | Verb | Preposition | Determiner | Pronoun | Time:
        """Return the entry with the given dictionary form in Portuguese, such as `entry("nouns", "livro")`.

        Raises:
            CourseError: there is no such entry.
        """
        for candidate in getattr(self, entries):
            if candidate.word == word:
                return candidate
        raise CourseError(f"{word!r} is not among the {entries} of the lexicon; use a word from {entries}.csv")


def group_by_kind(nouns: tuple[Noun, ...]) -> dict[str, tuple[Noun, ...]]:
    """Return a dict from each kind to the nouns that have it.

    Raises:
        CourseError: a noun is in the table more than once.
    """
    words = [noun.word for noun in nouns]
    for word in words:
        if words.count(word) > 1:
            raise CourseError(f"nouns.csv: each word must occur once, but {word!r} occurs {words.count(word)} times")
    kinds = dict.fromkeys(kind for noun in nouns for kind in noun.kinds)
    return {kind: tuple(noun for noun in nouns if kind in noun.kinds) for kind in kinds}


def make_noun(row: Row) -> Noun:
    """Create a `Noun` from a row of nouns.csv, with regular plurals for empty cells."""
    word, singular = row.filled("word"), row.filled("english")
    return Noun(
        word=word,
        plural=row["plural"] or portuguese.plural(word),
        gender=row.one_of("gender", ("m", "f")),
        english=singular,
        english_plural=row["english_plural"] or english.with_s(singular),
        category=row.filled("category"),
        kinds=(row["category"], *row["tags"].split(), word),
        use=row.one_of("use", ("", "mass", "pair", "kin", "public", "place")) or "count",
        place=row.one_of("place", ("", "in", "on", "at")),
    )


def make_adjective(row: Row, find_nouns: FindNouns) -> Adjective:
    """Create an `Adjective` from a row of adjectives.csv, with regular forms for empty cells."""
    word = row.filled("word")
    feminine = row["feminine"] or portuguese.feminine(word)
    plurals = row["plural"] or portuguese.plural(word), row["feminine_plural"] or portuguese.plural(feminine)
    return Adjective(
        word=word,
        forms=(word, feminine, *plurals),
        english=row.filled("english"),
        kind=row.one_of("kind", KINDS_OF_ADJECTIVE),
        copula=row.one_of("copula", ("ser", "estar", "")),
        comparative=row["comparative"],
        nouns=find_nouns(row, "fits"),
        clashes=tuple(row["clashes"].split()),
    )


def make_verb(row: Row, find_nouns: FindNouns) -> Verb:
    """Create a `Verb` from a row of verbs.csv, with regular forms for empty cells."""
    word, base = row.filled("word"), row.filled("english")
    if word[-2:] not in portuguese.PRESENT_ENDINGS and not row["present"]:
        row.fail("word", "an infinitive in -ar, -er, or -ir if `present` is empty")
    present = row.forms("present", regular=portuguese.present(word))
    return Verb(
        word=word,
        present=present,
        past=row.forms("past", regular=portuguese.past(word)),
        gerund=portuguese.gerund(word),
        imperative=row["imperative"] or portuguese.imperative(word, present[0]),
        preposition=row["preposition"],
        english=base,
        english_past=row["english_past"] or english.with_ed(base),
        participle=row["english_participle"] or english.with_ed(base),
        frame=row.one_of("frame", FRAMES),
        tenses=row.list_of("tenses", TENSES),
        subjects=find_nouns(row, "subjects"),
        objects=find_nouns(row, "objects"),
        determiners=row.list_of("determiners", KINDS_OF_DETERMINER) or KINDS_OF_DETERMINER,
        places=find_nouns(row, "places"),
        ranked=row.one_of("ranked", ("", "yes")) == "yes",
    )


def make_preposition(row: Row, find_nouns: FindNouns) -> Preposition:
    """Create a `Preposition` from a row of prepositions.csv."""
    return Preposition(row.filled("word"), row["english"], find_nouns(row, "figures"), find_nouns(row, "grounds"))


def make_determiner(row: Row) -> Determiner:
    """Create a `Determiner` from a row of determiners.csv."""
    forms = tuple(row[column] for column in ("word", "feminine", "plural", "feminine_plural"))
    return Determiner(
        forms, row["after"], row["english"], row["english_plural"], row.one_of("kind", KINDS_OF_DETERMINER)
    )


def make_pronoun(row: Row) -> Pronoun:
    """Create a `Pronoun` from a row of pronouns.csv."""
    return Pronoun(
        word=row.filled("word"),
        english=row.filled("english"),
        form=int(row.one_of("form", ("0", "1", "2", "3"))),
        gender=row.one_of("gender", ("m", "f")),
        plural=row.one_of("number", ("singular", "plural")) == "plural",
        object=row["object"],
        english_object=row["english_object"],
        possessive=row.filled("possessive"),
    )


def make_time(row: Row) -> Time:
    """Create a `Time` from a row of times.csv."""
    return Time(row.filled("word"), row.filled("english"), row.list_of("tenses", TIMES))


LEXICON = Lexicon()


def nouns(words: str) -> tuple[Noun, ...]:
    """Return the nouns that have at least one of the given kinds, in the order of the lexicon.

    Args:
        words: categories, tags, or Portuguese nouns, separated by spaces, such as "clothes livro pet".
    """
    wanted = set(words.split())
    return tuple(noun for noun in LEXICON.nouns if wanted & set(noun.kinds))
