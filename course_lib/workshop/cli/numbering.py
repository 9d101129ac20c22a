"""`course renumber`: file names and all references to lessons follow the list in `course_lib/workshop/lessons.py`."""

import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli.references import References
from course_lib.workshop.lessons import CAPSTONE, LESSONS, Lesson
from course_lib.workshop.notebooks import CODE, digest_of_code, is_stale

Changes = dict[str, tuple[str, bytes]]  # the path of a file -> its new path and content

PLACES = "*.md", "notebooks/**/*", "course_lib/**/*", "tests/workshop/exercises/*", "data/models/*/*.json"
SIGNED = "notebooks/exercises/release/"
TEXTS = {".md", ".ipynb", ".py", ".json", ".csv", ".toml"}
# history, what is somebody's own, and commands, which name lessons as examples
LEFT_ALONE = "CHANGELOG.md", "notebooks/mine/", "notebooks/exercises/mine/", "course_lib/workshop/cli/"
TITLE = re.compile(
    r'(\A(?:(?!.*"(?:source|code)").*\n)*\s*"source": \[\s*"# )(?:[^"\\]|\\[^n])*'
)  # of a notebook, as JSON
TABLE = re.compile(r"(?<=\| Lesson \| Slides \|\n\| --- \| --- \|\n)(?:\| \[\d\d .*\n)*")


def renumber(show: Annotated[bool, typer.Option("--show", help="Only say what would change.")] = False) -> None:
    """Bring file names and references into line with the list of lessons.

    For authors. Change the list in course_lib/workshop/lessons.py: its order, a title, or a line for a new notebook
    (notebooks/NAME.ipynb); to leave lessons out, use `course drop`. Texts still name lessons by their old numbers. Then
    run this: it knows each lesson by its name, renames notebooks, exercises and their tests, rewrites "lesson 17",
    links, exercises and commands everywhere, and the table in the README. Look at `git diff` afterwards: "lessons 15 to
    20" keeps its ends, whatever stands between them now. Student editions are signed again; needs nbgrader.

    \b
    Examples:
      course renumber --show
      course renumber

    \b
    Exit status:
      0  all is in line
      2  a lesson or its notebook is missing, or texts name lessons that are gone (all are listed); nothing is changed
    """
    from course_lib.workshop.grading.copies import follow_numbers

    changes = named_if_lost(REPOSITORY, LESSONS)
    for path, (target, _) in changes.items():
        typer.echo(path if path == target else f"{path} -> {target}")
    if not show:
        apply(REPOSITORY, changes)
        for sentence in follow_numbers(REPOSITORY / "notebooks" / "exercises"):
            typer.echo(sentence)
    typer.echo(f"{len(changes)} files {'would change' if show else 'changed'}")


class LostReferencesError(CourseError):
    """Texts lead to lessons that are gone; `places` are all of them, each with its file."""

    def __init__(self, places: Sequence[str]):
        super().__init__(f"references to lessons that are gone: {len(places)}, named above; change them, and try again")
        self.places = places


def named_if_lost(root: Path, lessons: Sequence[Lesson], **settings: object) -> Changes:
    """Return what `find_changes` returns; if references are lost, print all of them first."""
    try:
        return find_changes(root, lessons, **settings)
    except LostReferencesError as error:
        for place in error.places:
            typer.echo(place)
        raise


def find_changes(
    root: Path, lessons: Sequence[Lesson], dropped: Sequence[Lesson] = (), without: Collection[Path] = ()
) -> Changes:
    """Return the files that must change, as if the files `without` were not there.

    Raises:
        CourseError: notebooks and list don't agree.
        LostReferencesError: a text refers to a lesson that is neither in the list nor dropped.
    """
    files = [path for path in course_files(root) if path not in without]
    numbers = present_numbers(files, lessons) | {f"{CAPSTONE.number}": CAPSTONE}
    references = References(numbers, lessons, {f"{lesson.number:02}": lesson for lesson in dropped})
    titles = {f"notebooks/{lesson.stem}.ipynb": in_json(f"{lesson.number:02} · {lesson.title}") for lesson in lessons}
    changes = {}
    for path in files:
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        new = content
        if path.suffix in TEXTS:
            text = content.decode()
            new = references.rewrite(TABLE.sub(table_of(lessons), text) if name == "README.md" else text, name).encode()
        target = references.rewrite(name, name)
        if target in titles:
            new = TITLE.sub(lambda found, title=titles[target]: found[1] + title, new.decode()).encode()
        if new != content and CODE.encode() in content:
            new = with_its_digest(content, new)
        if new != content and name.startswith(SIGNED) and path.suffix == ".ipynb":
            new = signed(new)
        if (target, new) != (name, content):
            changes[name] = target, new
    if references.lost:
        raise LostReferencesError(references.lost)
    return changes


def course_files(root: Path) -> list[Path]:
    """Return the files that may name a lesson."""
    found = {path for place in PLACES for path in root.glob(place) if path.is_file()}
    return sorted(path for path in found if not path.relative_to(root).as_posix().startswith(LEFT_ALONE))


def with_its_digest(old: bytes, new: bytes) -> bytes:
    """Let a notebook whose numbers have changed, in its code as in its outputs, still be one that was run."""
    import nbformat

    before, after = (nbformat.reads(content.decode(), as_version=4) for content in (old, new))
    if is_stale(before):
        return new
    return new.replace(digest_of_code(before).encode(), digest_of_code(after).encode())


def signed(content: bytes) -> bytes:
    """Let the cells of a student edition have the checksums of nbgrader and the digests of the course that fit them."""
    import nbformat
    from nbgrader.utils import compute_checksum

    from course_lib.workshop.grading.versions import stamp

    notebook = nbformat.reads(content.decode(), as_version=4)
    for cell in notebook.cells:
        if "checksum" in cell.metadata.get("nbgrader", {}):
            cell.metadata.nbgrader.checksum = compute_checksum(cell)
    stamp(notebook)
    return (nbformat.writes(notebook) + "\n").encode()


def present_numbers(files: Sequence[Path], lessons: Sequence[Lesson]) -> dict[str, Lesson]:
    """A dict from the number that each notebook has now to its lesson; a new one may have none yet."""
    names = {lesson.name: lesson for lesson in lessons}
    numbers, found = {}, []
    for path in [path for path in files if path.suffix == ".ipynb" and path.parent.name == "notebooks"]:
        number, name = re.fullmatch(r"(?:(\d\d)_)?(.+)", path.stem).groups()
        if name not in names:
            raise CourseError(f"{path.name} is not in the list of lessons: add it there, or remove the file")
        found.append(name)
        numbers |= {number: names[name]} if number else {}
    if sorted(found) != sorted(names):
        lost = [f"notebooks/{name}.ipynb" for name in names if found.count(name) != 1]
        raise CourseError(f"each lesson of the list must have one notebook; missing or there twice: {', '.join(lost)}")
    return numbers


def in_json(text: str) -> str:
    """Return a text as it is between the quotes of a JSON file."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def table_of(lessons: Sequence[Lesson]) -> str:
    """The rows of the table in the README."""
    return "".join(
        f"| [{lesson.number:02} {lesson.title}](notebooks/{lesson.stem}.ipynb) "
        f"| {''.join(f'{slides} ' for slides in [', '.join(lesson.slides)] if slides)}|\n"
        for lesson in lessons
    )


def apply(root: Path, changes: Changes) -> None:
    """Write the changed files, and remove those that have another name now, and folders that are empty then."""
    for name, (target, _) in changes.items():
        if target != name:
            (root / name).unlink()
    for target, content in changes.values():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        (root / target).write_bytes(content)
    for name in changes:
        folder = (root / name).parent
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
