"""The folder of submissions as it comes from students: what is there, what cannot be graded, and what was changed."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.exercises.results import is_check

MOST_BYTES = 20_000_000
MOST_NAMED = 3  # files that a note names
MOODLE = re.compile(r"(.+_\d+)_assignsubmission_\w+")  # Ana Silva_4711_assignsubmission_file
CANVAS = re.compile(r"(.+?)(?:_LATE)?_(\d+)_\d+_.+\.ipynb")  # silvaana_LATE_4711_815_03_decoder_layer.ipynb
CHECKED = re.compile(r"check\(\\*[\"'](\d\d)\.\d")
READS_SOLUTIONS = re.compile(
    r"course_lib\.exercises(?!\s+import\s+check\s*$)|course_lib\s+import\s.*\bexercises|exercises\W+source",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one sheet.

    `path` is the notebook, or else the file or folder in which there is none. `edition` is the name of the exercises
    that it answers, None if it has none. `notes` say what the lecturer should know of the files.
    """

    student: str
    path: Path
    edition: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The student's name as nbgrader can take it."""
        return plain(self.student)


def plain(student: str) -> str:
    """A student's name without letters that mean something in a path or a pattern; never the same for two students."""
    kept = re.sub(r"[^\w .@-]", "_", student).strip()
    return kept if kept == student else f"{kept} {sha256(student.encode()).hexdigest()[:8]}"


def find_submissions(folder: Path, editions: Sequence[str]) -> list[Submission]:
    """What is in `folder`, which has a folder per student: one submission or more for everything that is in it.

    A notebook belongs to the edition whose two digits its name starts with, or else to that of the first exercise that
    it checks. Of several notebooks for one sheet, the newest is graded. Raises CourseError if there is nothing.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder; expected one with a folder of notebooks per student")
    by_number, entries = {name[:2]: name for name in editions}, defaultdict(list)
    for entry in sorted(folder.iterdir()):
        if entry.name[0] != ".":
            entries[owner_of(entry)].append(entry)
    found = [each for student, own in entries.items() for each in of_one(student, own, by_number)]
    if not found:
        raise CourseError(f"no notebooks in {folder}; expected FOLDER/STUDENT/{next(iter(editions), 'NN_topic')}.ipynb")
    return found


def owner_of(entry: Path) -> str:
    """Whose an entry is: a folder has the student's name; so do the folders of Moodle and the files of Canvas."""
    known = MOODLE.fullmatch(entry.name) or CANVAS.fullmatch(entry.name)
    return "_".join(known.groups()) if known else entry.name


def of_one(student: str, entries: Sequence[Path], by_number: dict[str, str]) -> Iterator[Submission]:
    """The submissions of the student whose these folders and files are."""
    files, looked_at = [], []
    for entry in entries:
        if entry.is_symlink() or not (entry.is_dir() or CANVAS.fullmatch(entry.name)):
            kind = "a link, which is not followed" if entry.is_symlink() else "a file beside the students' folders"
            note = f"not graded: {kind}; expected FOLDER/STUDENT/NN_topic.ipynb"
            yield Submission(entry.name, entry, notes=(note,))
        else:
            looked_at.append(entry)
            files += files_in(entry)
    notebooks = [path for path in files if path.suffix == ".ipynb" and path.is_file() and not path.is_symlink()]
    if looked_at and not notebooks:
        yield Submission(student, looked_at[0], notes=(f"no notebook found, but {named(files)}",))
    by_edition = defaultdict(list)
    for path in sorted(notebooks, key=age):
        by_edition[edition_in(path, by_number)].append(path)
    for path in by_edition.pop(None, ()):
        yield Submission(student, path, notes=("no exercises of this name",))
    for edition, (*older, newest) in sorted(by_edition.items()):
        note = f"graded is {newest.name}, the newest; not {named(older)}"
        yield Submission(student, newest, edition, (note,) if older else ())


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
    with open(path, encoding="utf-8", errors="replace") as file:
        found = CHECKED.search(file.read(MOST_BYTES))
    return by_number.get(found[1]) if found else None


def named(paths: Sequence[Path]) -> str:
    """The names of a few files, and how many there are beyond."""
    shown = ", ".join(path.name for path in paths[:MOST_NAMED]) or "an empty folder"
    return shown + f" and {len(paths) - MOST_NAMED} more" * (len(paths) > MOST_NAMED)


def read_submission(path):
    """The notebook at `path`. Raises CourseError with the reason why it is not graded."""
    import nbformat

    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CourseError(f"not read: the file has {size / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f}")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # a file from outside may be broken in any way
        first_line = next(iter(str(error).splitlines()), "")
        raise CourseError(f"not a notebook: {first_line[:120] or type(error).__name__}") from None
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and not is_check(cell) and (found := READS_SOLUTIONS.search(cell.source)):
            raise CourseError(f"not run: cell {number} reaches for the solutions: {found[0].strip()}")
    return notebook
