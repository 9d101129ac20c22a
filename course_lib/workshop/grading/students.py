"""Who handed in: the names that folders and files of learning platforms carry, and the class list that joins them."""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import CourseError
from course_lib.files import read_text

MOODLE = re.compile(r"(.+)_(\d+)_assignsubmission_\w+")  # Ana Silva_4711_assignsubmission_file
CANVAS = re.compile(r"(.+?)(?:_LATE)?_(\d+)_\d+_.+\.(?:ipynb|zip)")  # silvaana_LATE_4711_815_03_decoder_layer.ipynb
LONGEST = 60  # characters of a name in a path


class Owner(NamedTuple):
    """What a folder or a file says of its owner: a name, and the number that a learning platform adds to it."""

    name: str
    number: str = ""

    def __str__(self) -> str:
        return "_".join(filter(None, self))


@dataclass(frozen=True)
class Student:
    """The student that an owner is taken for.

    Args:
        label: the name in all tables, which no other student has.
        names: all names by which the student may be called.
        notes: what the lecturer should know of this identity.
    """

    label: str
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


Identify = Callable[[Iterable[Owner]], dict[Owner, Student]]


def composed(name: str) -> str:
    """A name with one character for each letter, as not all systems store it, and with single blanks."""
    return re.sub(r"[ \t]+", " ", unicodedata.normalize("NFC", name)).strip(" ")


def plain(name: str) -> str:
    """A name without letters that mean something in a path or a pattern; never the same for two students."""
    name = composed(name)
    kept = re.sub(r"[^\w .@-]", "_", name).strip()[:LONGEST]
    return kept if kept == name else f"{kept} {sha256(name.encode()).hexdigest()[:8]}"


def owner_of(entry: Path) -> Owner:
    """Return the owner of a folder, or of a file of Canvas, by its name."""
    known = MOODLE.fullmatch(entry.name) or CANVAS.fullmatch(entry.name)
    name, number = known.groups() if known else (entry.name, "")
    return Owner(composed(name), number)


def by_names(known: Mapping[Owner, str]) -> Identify:
    """Return a function that tells the students of a folder apart by their names.

    Moodle's number belongs to one assignment, so a name that is unique in the folder is one student. Two students with
    one name stay apart by their numbers.

    Args:
        known: the owners of earlier folders, and the label of each.
    """
    labels = defaultdict(set)
    for owner, label in known.items():
        labels[owner.name].add(label)

    def identify(owners: Iterable[Owner]) -> dict[Owner, Student]:
        owners = set(owners)
        numbers = defaultdict(set)
        for owner in owners:
            numbers[owner.name] |= {owner.number} - {""}
        return {owner: student_of(owner, numbers[owner.name]) for owner in owners}

    def student_of(owner, numbers):
        earlier = labels[owner.name]
        alone = len(numbers) < 2 and len(earlier) < 2
        label = known.get(owner) or (next(iter(earlier), owner.name) if alone else str(owner))
        note = f"several students are called {owner.name}; a class list (--students) tells them apart"
        return Student(label, tuple(dict.fromkeys((owner.name, label))), () if alone else (note,))

    return identify


@dataclass
class ClassList:
    """The students of a class, each with the names and numbers by which learning platforms know them.

    Args:
        path: the CSV file that it was read from.
        labels: the name of each student in all tables.
        keys: each name and id, and the labels of those who have it.
        letters: the letters of each name, and the labels of those who have it.
        names: the names and ids of each label.
    """

    path: Path
    labels: Sequence[str]
    keys: Mapping[str, set[str]] = field(repr=False)
    letters: Mapping[str, set[str]] = field(repr=False)
    names: Mapping[str, tuple[str, ...]] = field(repr=False)

    def find(self, owner: Owner, label: str = "") -> Student | None:
        """Return the student that an owner is, None if it is nobody, or may be several students.

        A number only decides between students with one name: Moodle's numbers belong to one assignment, so they may be
        another student's number elsewhere.
        """
        exact = (self.keys.get(folded(name), set()) for name in (owner.name, str(owner), label))
        found = next(filter(None, exact), None) or self.letters.get(letters_of(owner.name), set())
        found = found & self.keys.get(folded(owner.number), set()) or found
        return Student(*found, self.names[next(iter(found))]) if len(found) == 1 else None

    def identify(self, owners: Iterable[Owner]) -> dict[Owner, Student]:
        """Return the student of each owner. Raises CourseError for owners that are nobody, or several students."""
        found = {owner: self.find(owner) for owner in owners}
        self.refuse(str(owner) for owner, student in found.items() if student is None)
        return found

    def refuse(self, unknown: Iterable[str]) -> None:
        """Raise CourseError if there are names that belong to no student, or to several."""
        if names := sorted(set(unknown)):
            raise CourseError(
                f"{self.path} must have one student for each name, but it has none, or several, for: "
                f"{', '.join(names)}; add the name, the user name or the number to one row"
            )


def folded(name: str) -> str:
    """A name as it is compared: capital letters and the kind of blanks don't count."""
    return composed(name).casefold()


def letters_of(name: str) -> str:
    """The letters of a name in alphabetical order, without accents: the same for "Ana Sá", "Sá, Ana" and "saana"."""
    return "".join(sorted(filter(str.isalnum, unicodedata.normalize("NFKD", name.casefold()))))


def read_class(path: Path) -> ClassList:
    """Read a class list: a CSV file with a column "name", one row per student, and any columns with ids.

    Raises:
        CourseError: there is no column "name", a student has none, or two students have an id in common.
    """
    text = read_text(path)
    header = next(iter(text.splitlines()), "")
    separator = max(",;\t", key=header.count)
    table = [[composed(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]
    columns = [folded(cell) for cell in table[0]] if table else []
    if "name" not in columns:
        raise CourseError(f'{path} must have a column "name", got "{header[:80]}"')
    place = columns.index("name")
    rows = [row for row in table[1:] if any(row)]
    if nameless := next((row for row in rows if len(row) <= place or not row[place]), None):
        raise CourseError(f"{path}: each student must have a name, got {', '.join(filter(None, nameless))}")
    return class_of(path, [(row[place], [cell for cell in row[:place] + row[place + 1 :] if cell]) for row in rows])


def class_of(path: Path, rows: Sequence[tuple[str, Sequence[str]]]) -> ClassList:
    """The class list of students, each a name and ids. Raises CourseError where two students can't be told apart."""
    names = [folded(name) for name, _ in rows]
    keys, letters, known = defaultdict(set), defaultdict(set), {}
    for name, ids in rows:
        label = name if names.count(folded(name)) == 1 else " ".join([name, *ids[:1]])
        if label in known:
            raise CourseError(f"{path} must have an id for each of the students called {name}")
        known[label] = tuple(dict.fromkeys((label, name, *ids)))
        letters[letters_of(name)].add(label)
        for key in known[label]:
            keys[folded(key)].add(label)
    shared = [key for key, labels in keys.items() if len(labels) > 1 and key not in names]
    if shared:
        raise CourseError(
            f"{path} must give each id to one student, got {shared[0]} for {' and '.join(keys[shared[0]])}"
        )
    return ClassList(path, list(known), keys, letters, known)
