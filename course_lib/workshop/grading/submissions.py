"""The folder of submissions as it comes from students: what is there, and what cannot be graded."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.workshop.grading.archives import unpack
from course_lib.workshop.grading.reading import text_of
from course_lib.workshop.grading.students import CANVAS, Identify, Owner, Student, owner_of, plain

MOST_NAMED = 3  # files that a note names
CHECKED = re.compile(r"check\(\\*[\"'](\d\d)\.\d")


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one sheet.

    Args:
        student: the student's name in all tables.
        path: the newest notebook, or else the file or folder in which there is none.
        edition: the name of the exercises that it answers, None if it has none.
        notes: what the lecturer should know of the files.
        names: all names by which the student may be called.
        owner: what the folder or file says of its owner.
        older: earlier notebooks for the same sheet, the newest first.
    """

    student: str
    path: Path
    edition: str | None = None
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    owner: Owner = Owner("")
    older: tuple[Path, ...] = ()

    @property
    def id(self) -> str:
        """The student's name as nbgrader can take it."""
        return plain(self.student)


def find_submissions(folder: Path, editions: Sequence[str], scratch: Path, identify: Identify) -> list[Submission]:
    """Find what is in `folder`, which has a folder per student: at least one submission for each entry.

    A notebook belongs to the edition whose two digits its name starts with, or else to that of the first exercise that
    it checks. The notebooks of a zip file are unpacked into `scratch`.

    Args:
        folder: the folder of submissions.
        editions: the names of the sheets.
        scratch: where zip files are unpacked.
        identify: tells which student each owner is.

    Raises:
        CourseError: there is nothing in the folder, or somebody in it is unknown.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder; expected one with a folder of notebooks per student")
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name[0] != "."]
    if not entries:
        raise CourseError(f"no notebooks in {folder}; expected FOLDER/STUDENT/{next(iter(editions), 'NN_topic')}.ipynb")
    own = [entry for entry in entries if has_an_owner(entry)]
    students, by_student = identify(map(owner_of, own)), defaultdict(list)
    for entry in own:
        by_student[students[owner_of(entry)].label].append(entry)
    by_number = {name[:2]: name for name in editions}
    found = [astray(entry) for entry in entries if entry not in own]
    for its in by_student.values():
        found += of_one(students[owner_of(its[0])], its, by_number, scratch)
    return sorted(found, key=lambda each: each.student)


def has_an_owner(entry: Path) -> bool:
    """Whether an entry is a student's folder, or a file as Canvas names it."""
    return not entry.is_symlink() and (entry.is_dir() or CANVAS.fullmatch(entry.name) is not None)


def astray(entry: Path) -> Submission:
    """The submission of a file or link that says of no student that it is theirs."""
    kind = "a link, which is not followed" if entry.is_symlink() else "a file beside the students' folders"
    note = f"not graded: {kind}; expected FOLDER/STUDENT/NN_topic.ipynb"
    return Submission(entry.name, entry, notes=(note,), owner=Owner(entry.name))


def of_one(student: Student, entries: Sequence[Path], by_number: dict[str, str], scratch: Path) -> Iterator[Submission]:
    """The submissions of the student whose these folders and files are."""
    files, notes = [], []
    for entry in entries:
        files += files_in(entry)
    for number, archive in enumerate([path for path in files if is_file(path, ".zip")]):
        unpacked, problems = unpack(archive, scratch / plain(student.label) / str(number))
        files, notes = [*files, *unpacked], [*notes, *problems]
    by_edition = defaultdict(list)
    for path in sorted((path for path in files if is_file(path, ".ipynb")), key=age, reverse=True):
        by_edition[edition_in(path, by_number)].append(path)
    strange, whose = by_edition.pop(None, []), {"names": student.names, "owner": owner_of(entries[0])}
    if strange:
        notes.append(f"no exercises of the course in {named(strange)}")
    elif not by_edition:
        notes.append(f"no notebook found, but {named(files)}")
    if notes:
        yield Submission(student.label, entries[0], None, (*notes, *student.notes), **whose)
    for edition, (newest, *older) in sorted(by_edition.items()):
        yield Submission(student.label, newest, edition, student.notes, older=tuple(older), **whose)


def is_file(path: Path, suffix: str) -> bool:
    """Whether a path is an ordinary file of this kind."""
    return path.suffix.lower() == suffix and path.is_file() and not path.is_symlink()


def files_in(entry: Path) -> list[Path]:
    """What is in a folder, at any depth, and not hidden; a file is itself."""
    paths = [path for path in sorted(entry.rglob("*")) if is_in_sight(path.relative_to(entry))]
    return [path for path in paths if not path.is_dir()] if entry.is_dir() else [entry]


def is_in_sight(path: Path) -> bool:
    """Whether no part of a path is hidden, as are the checkpoints of Jupyter, or the copies of a Macintosh."""
    return not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def age(path: Path) -> tuple[int, Path]:
    """The time of the last change; of several at one time, the last by name is the newest."""
    return path.stat().st_mtime_ns, path


def edition_in(path: Path, by_number: dict[str, str]) -> str | None:
    """The edition that a notebook answers, by its name or by its first check."""
    if path.name[:2] in by_number:
        return by_number[path.name[:2]]
    found = CHECKED.search(text_of(path))
    return by_number.get(found[1]) if found else None


def named(paths: Sequence[Path]) -> str:
    """The names of a few files, and how many there are beyond."""
    shown = ", ".join(path.name for path in paths[:MOST_NAMED]) or "an empty folder"
    return shown + f" and {len(paths) - MOST_NAMED} more" * (len(paths) > MOST_NAMED)
