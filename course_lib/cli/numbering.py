"""`course renumber`: file names and all references to lessons follow the list in `course_lib/lessons.py`."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from course_lib.cli.references import References
from course_lib.errors import CourseError
from course_lib.lessons import CAPSTONE, LESSONS, Lesson
from course_lib.runtime import REPOSITORY

Changes = dict[str, tuple[str, bytes]]  # the path of a file -> its new path and content

PLACES = "*.md", "notebooks/**/*", "course_lib/**/*", "tests/**/*", "data/models/*/*.json"
SIGNED = "notebooks/exercises/release/"
TEXTS = {".md", ".ipynb", ".py", ".json"}
TABLE = re.compile(r"(?<=\| Lesson \| Slides \| Minutes \|\n\| --- \| --- \| --- \|\n)(?:\| \[\d\d .*\n)*")


def renumber(show: Annotated[bool, typer.Option("--show", help="Only say what would change.")] = False) -> None:
    """Bring file names and references into line with the list of lessons.

    For authors. Change the list in course_lib/lessons.py: its order, a title, a line for a new notebook
    (notebooks/NAME.ipynb), or one less. Texts still name lessons by their old numbers. Then run this: it knows each
    lesson by its name, renames notebooks, exercises and their tests, rewrites "lesson 17", links, exercises and
    commands everywhere, and the table in the README. Look at `git diff` afterwards: "lessons 15 to 20" keeps its ends,
    whatever stands between them now.

    \b
    Examples:
      course renumber --show
      course renumber

    \b
    Exit status:
      0  all is in line
      2  a lesson or its notebook is missing, or a text names a lesson that is gone; nothing is changed
    """
    changes = find_changes(REPOSITORY, LESSONS)
    for path, (target, _) in changes.items():
        typer.echo(path if path == target else f"{path} -> {target}")
    if not show:
        apply(REPOSITORY, changes)
    typer.echo(f"{len(changes)} files {'would change' if show else 'changed'}")
    signed = sorted(Path(target).stem[:2] for target, _ in changes.values() if target.startswith(SIGNED))
    if signed:
        typer.echo(f"then make their student editions, which nbgrader signs, anew: course release {' '.join(signed)}")


def find_changes(root: Path, lessons: Sequence[Lesson]) -> Changes:
    """The files that must change.

    Raises CourseError if notebooks and list don't agree, or a text refers to a lesson that is in neither.
    """
    numbers = present_numbers(root, lessons) | {f"{CAPSTONE.number}": CAPSTONE}
    references, changes = References(numbers, lessons), {}
    for path in sorted({path for place in PLACES for path in root.glob(place) if path.is_file()}):
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        new = content
        if path.suffix in TEXTS:
            text = references.rewrite(content.decode(), name)
            new = (TABLE.sub(table_of(lessons), text) if name == "README.md" else text).encode()
        target = references.rewrite(name, name)
        if (target, new) != (name, content):
            changes[name] = target, new
    if references.lost:
        raise CourseError("these lessons are not there:" + "".join(f"\n  {place}" for place in references.lost))
    return changes


def present_numbers(root: Path, lessons: Sequence[Lesson]) -> dict[str, Lesson]:
    """A dict from the number that each notebook has now to its lesson; a new one may have none yet."""
    names = {lesson.name: lesson for lesson in lessons}
    numbers, found = {}, []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        number, name = re.fullmatch(r"(?:(\d\d)_)?(.+)", path.stem).groups()
        if name not in names:
            raise CourseError(f"{path.name} is not in the list of lessons: add it there, or remove the file")
        found.append(name)
        numbers |= {number: names[name]} if number else {}
    if sorted(found) != sorted(names):
        raise CourseError(f"expected one notebook for each lesson of the list, got {', '.join(sorted(found))}")
    return numbers


def table_of(lessons: Sequence[Lesson]) -> str:
    """The rows of the table in the README."""
    return "".join(
        f"| [{lesson.number:02} {lesson.title}](notebooks/{lesson.stem}.ipynb) "
        f"| {''.join(f'{slides} ' for slides in [', '.join(lesson.slides)] if slides)}| {lesson.minutes} |\n"
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
