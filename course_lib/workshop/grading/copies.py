"""A student's own copy of an exercise sheet: `mine/` beside the editions, so that its links lead where theirs do."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.workshop.grading.editions import edition_of
from course_lib.workshop.grading.healing import name_of
from course_lib.workshop.grading.versions import STAMP, changes, merged
from course_lib.workshop.notebooks import read_notebook, write_notebook

DATED = re.compile(r"_\d{4}-\d\d-\d\d(_\d+)?$")  # what `course update` puts behind the name of a lesson


def copy_of(edition: Path) -> Path:
    """Return the path of the copy of a student edition, whether or not somebody has made one."""
    return edition.parents[2] / "mine" / edition.stem / edition.name


def sheet_of(lesson: str) -> Path:
    """Return the copy of a lesson's exercises, or the student edition if there is no copy yet."""
    edition = edition_of(lesson)
    return copy_of(edition) if copy_of(edition).exists() else edition


def start_copy(lesson: str) -> Path:
    """Copy the student edition of a lesson and return the path of the copy.

    Raises:
        CourseError: there is a copy already; the message says what has changed in the sheet since.
    """
    edition = edition_of(lesson)
    path = copy_of(edition)
    if path.exists():
        what = news_of(lesson) or "`course reset` brings single answers back"
        raise CourseError(f"{path} is there already; {what}")
    with atomic_file(path) as draft:
        shutil.copyfile(edition, draft)
    return path


def news_of(lesson: str) -> str:
    """Say which exercises have changed since the copy was made, and what to do; "" if none has or there is no copy."""
    edition = edition_of(lesson)
    path = copy_of(edition)
    said = changes(read_notebook(path), read_notebook(edition)) if path.exists() else []
    todo = f"`course start --update {edition.stem[:2]}` brings this into your copy and keeps your answers"
    return f"since your copy was made, {'; '.join(said)}. {todo}" if said else ""


def update_copy(edition: Path) -> list[str]:
    """Bring what is new in a student edition into the student's copy; returns what has changed, in words.

    Raises:
        CourseError: there is no copy, it is not a notebook, or the disk refuses; the copy is then untouched.
    """
    path = copy_of(edition)
    if not path.exists():
        raise CourseError(f"{path} is missing; `course start` makes it")
    mine, newest = read_notebook(path), read_notebook(edition)
    said = changes(mine, newest)
    if said:
        write_notebook(merged(mine, newest), path)
    return said


def update_copies(exercises: Path) -> Iterator[str]:
    """Bring what is new into all copies in the folder `exercises`; yields a sentence for each copy that changes.

    A copy that can't be read or written, or whose sheet has gone, stays as it is and gets a sentence as well.
    """
    yield from follow_numbers(exercises)
    for path in sorted((exercises / "mine").glob("*/*.ipynb")):
        edition = exercises / "release" / path.stem / path.name
        if path.parent.name != path.stem:
            continue  # an older version that `course update` has kept
        if not edition.exists():
            yield f"{path} stays as it is: the course has no sheet {path.stem} now."
            continue
        try:
            said = update_copy(edition)
        except CourseError as error:
            yield f"{path} stays as it is: {error}"
        else:
            if said:
                yield f"Your copy of the exercises {edition.stem} is up to date: {'; '.join(said)}."


def follow_numbers(exercises: Path) -> Iterator[str]:
    """Rename copies of sheets and kept lessons whose lesson has another number now; yields a sentence for each.

    A file stays where it is if there is one of its new name. What the student wrote stays; the cells of a sheet get the
    names that the edition gives them now.
    """
    for folder, names in (exercises, "mine/*/*.ipynb"), (exercises.parent, "mine/*.ipynb"):
        of_course = folder / "release" if folder == exercises else folder
        stems = {path.stem for path in of_course.glob("[0-9][0-9]_*")}
        for path in sorted(folder.glob(names)):
            old = path.parent.name if folder == exercises else DATED.sub("", path.stem)
            new = next((stem for stem in stems if stem[2:] == old[2:]), old)
            target = folder / path.relative_to(folder).as_posix().replace(old, new)
            if old in stems or old == new or target.exists():
                continue
            if folder == exercises:
                try:
                    notebook = read_notebook(path)
                except CourseError:
                    continue  # whoever looks at the copies names it
                name_by(notebook, old[:2], new[:2])
                write_notebook(notebook, target)
                path.unlink()
                with contextlib.suppress(OSError):
                    path.parent.rmdir()
            else:
                path.rename(target)
            yield f"{path} is now {target}, because the lesson has another number."


def name_by(notebook: NotebookNode, old: str, new: str) -> None:
    """Let the cells of a sheet, in place, have the names that belong to the lesson's new number."""

    def renamed(name: str) -> str:
        return re.sub(rf"(?<=[a-z]-){old}(?=-\d)", new, name)

    for cell in notebook.cells:
        cell["id"] = renamed(cell.get("id", ""))
        if name_of(cell):
            cell.metadata.nbgrader.grade_id = renamed(name_of(cell))
    if STAMP in notebook.metadata:
        notebook.metadata[STAMP] = {renamed(key): value for key, value in notebook.metadata[STAMP].items()}


def reset_answer(exercise: str) -> str:
    """Bring an answer in the copy back to what it is in the student edition and return the old answer.

    Raises:
        CourseError: there is no copy, no such answer in it, or the disk refuses; the copy is then untouched.
    """
    edition = edition_of(exercise.partition(".")[0])
    path, name = copy_of(edition), f"answer-{exercise.replace('.', '-')}"
    if not path.exists():
        raise CourseError(f"{path} is missing; `course start` makes it")
    notebook, original = read_notebook(path), read_notebook(edition)
    mine, fresh = (next((c for c in each.cells if name_of(c) == name), None) for each in (notebook, original))
    if mine is None or fresh is None:
        raise CourseError(f"{path} has no cell {name}; expected the number of one of its exercises")
    old, mine.source, mine.outputs, mine.execution_count = mine.source, fresh.source, [], None
    write_notebook(notebook, path)
    return old
