"""`course drop`: lessons leave the course, with all that belongs to them."""

import ast
import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli.numbering import apply, named_if_lost
from course_lib.workshop.cli.references import EXAMPLES, NOT_HERE
from course_lib.workshop.lessons import LESSONS, Lesson, find_lesson

OF_A_LESSON = (  # what belongs to it: {0} is its number, {1} the name of its files
    "notebooks/{1}.ipynb",
    "notebooks/exercises/source/{1}/**/*",
    "notebooks/exercises/release/{1}/**/*",
    "course_lib/workshop/exercises/lesson_{0}.*",
    "tests/workshop/exercises/*_{0}.py",
)
LIST = "course_lib/workshop/lessons.py"
CONTEXT = 60  # letters on each side of what is shown of a text


def drop(
    lessons: Annotated[list[str], typer.Argument(help="Numbers (17), ranges of them (16-22), or names.")],
) -> None:
    """Leave lessons out of the course, for a course of your own.

    Deletes their notebooks, their exercises with solutions and tests, and their lines in
    course_lib/workshop/lessons.py. All other lessons then get their new numbers, as by `course renumber`. Where a text
    names a dropped lesson, it names the lesson by its title now; the command shows each place, so that you can find
    better words. Needs nbgrader.

    \b
    Example:
      course drop 11 16-22

    \b
    Exit status:
      0  the lessons are gone
      2  there is no such lesson, or a text needs it in a way that only you can change; nothing is changed
    """
    from course_lib.workshop.grading.copies import follow_numbers

    dropped = [find_lesson(name) for each in lessons for name in expanded(each)]
    for sentence in drop_lessons(REPOSITORY, LESSONS, dropped):
        typer.echo(sentence)
    for sentence in follow_numbers(REPOSITORY / "notebooks" / "exercises"):
        typer.echo(sentence)


def expanded(names: str) -> list[str]:
    """Return the numbers of a range such as "16-22"; anything else is one name."""
    ends = re.fullmatch(r"(\d+)-(\d+)", names)
    return [str(number) for number in range(int(ends[1]), int(ends[2]) + 1)] if ends else [names]


def drop_lessons(root: Path, lessons: Sequence[Lesson], dropped: Collection[Lesson]) -> list[str]:
    """Delete the `dropped` of all `lessons` below `root`; returns what was done, and which texts to read once more.

    Raises:
        CourseError: no lesson would be left, or a text refers to a lesson that is neither kept nor dropped.
    """
    kept = [lesson for lesson in lessons if lesson not in dropped]
    if not kept:
        raise CourseError("a course needs a lesson; expected fewer lessons to drop")
    kept = [replace(lesson, number=number) for number, lesson in enumerate(kept)]
    deleted = files_of(root, dropped)
    changes = named_if_lost(root, kept, dropped=dropped, without=deleted)
    target, content = changes.get(LIST, (LIST, (root / LIST).read_bytes()))
    changes[LIST] = target, without_lines(content.decode(), {lesson.name for lesson in dropped}).encode()
    for path in deleted:
        path.unlink()
        for folder in itertools.takewhile(lambda folder: not any(folder.iterdir()), path.parents):
            folder.rmdir()
    apply(root, changes)
    texts = [each for name, content in changes.values() if not EXAMPLES.match(name) for each in retold(name, content)]
    return [
        *texts,
        f"lessons dropped: {len(dropped)}; files deleted: {len(deleted)}; files changed: {len(changes)}",
        *[f"texts that name a dropped lesson, to read once more: {len(texts)}, shown above"] * bool(texts),
    ]


def files_of(root: Path, dropped: Collection[Lesson]) -> set[Path]:
    """Return the files that belong to the dropped lessons."""
    patterns = [pattern.format(f"{lesson.number:02}", lesson.stem) for lesson in dropped for pattern in OF_A_LESSON]
    return {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}


def without_lines(text: str, names: Collection[str]) -> str:
    """Return the list of lessons, as Python, without the lessons of these names; a part without any goes as well."""
    lines = text.splitlines(keepends=True)
    table = next(
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and [target.id for target in node.targets] == ["PARTS"]
    )
    gone = []
    for part, rows in zip(table.keys, table.values, strict=True):
        leaving = [row for row in rows.elts if row.elts[0].value in names]
        gone += [(part.lineno, rows.end_lineno)] if len(leaving) == len(rows.elts) else []
        gone += [(row.lineno, row.end_lineno) for row in leaving]
    out = {number for first, last in gone for number in range(first, last + 1)}
    return "".join(line for number, line in enumerate(lines, start=1) if number not in out)


def retold(name: str, content: bytes) -> list[str]:
    """Return the places at which a text names a dropped lesson, with some words around them."""
    text = content.decode(errors="replace")
    return [
        f"{name}: ...{text[max(0, found.start() - CONTEXT) : found.end() + CONTEXT]}...".replace("\n", " ")
        for found in re.finditer(re.escape(NOT_HERE), text)
    ]
