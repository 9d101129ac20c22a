"""A student's own copy of an exercise sheet: `mine/` beside the editions, so that its links lead where theirs do."""

import shutil

from course_lib.errors import CourseError
from course_lib.grading.editions import edition_of
from course_lib.grading.healing import name_of


def copy_of(edition):
    """Where the copy of a student edition lies, if somebody has made one."""
    return edition.parents[2] / "mine" / edition.stem / edition.name


def sheet_of(lesson):
    """The copy of a lesson's exercises, or the student edition as long as there is none."""
    edition = edition_of(lesson)
    return copy_of(edition) if copy_of(edition).exists() else edition


def start_copy(lesson):
    """Copy the student edition of a lesson; returns the copy's path. Raises CourseError if there is one already."""
    edition = edition_of(lesson)
    path = copy_of(edition)
    if path.exists():
        raise CourseError(f"{path} is there already; `course reset` brings single answers back")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(edition, path)
    return path


def reset_answer(exercise):
    """Bring an answer in the copy back to what it is in the student edition; returns what was in it.

    Raises:
        CourseError: there is no copy, or no such answer in it.
    """
    import nbformat

    edition = edition_of(exercise.partition(".")[0])
    path, name = copy_of(edition), f"answer-{exercise.replace('.', '-')}"
    if not path.exists():
        raise CourseError(f"{path} is missing; `course start` makes it")
    notebook, original = nbformat.read(path, as_version=4), nbformat.read(edition, as_version=4)
    mine, fresh = (next((c for c in each.cells if name_of(c) == name), None) for each in (notebook, original))
    if mine is None or fresh is None:
        raise CourseError(f"{path} has no cell {name}; expected the number of one of its exercises")
    old, mine.source, mine.outputs, mine.execution_count = mine.source, fresh.source, [], None
    nbformat.write(notebook, path)
    return old
