"""nbgrader's gradebook: what somebody gave there by hand counts, and who handed in nothing readable has no points."""

import contextlib
import warnings
from dataclasses import replace

from course_lib.workshop.exercises.results import Result

OURS = "gradebook.db"


@contextlib.contextmanager
def open_gradebook(out):
    """Yield nbgrader's interface to the gradebook of a run, without its warnings about its own database."""
    from nbgrader.api import Gradebook

    with warnings.catch_warnings(action="ignore"), Gradebook(f"sqlite:///{out / OURS}") as book:
        yield book


def corrected(grades, out):
    """The grades with the points that somebody gave by hand in the gradebook, in place, each with a note."""
    from nbgrader.api import MissingEntry

    if not (out / OURS).exists():
        return grades
    with open_gradebook(out) as book:
        for grade in grades:
            try:
                entry = book.find_submission(grade.edition, grade.id)
            except MissingEntry:
                continue
            marks = [mark for notebook in entry.notebooks for mark in notebook.grades]
            correct(grade, [mark for mark in marks if mark.cell.type != "TaskCell"])
            mark_task(grade, [mark for mark in marks if mark.cell.type == "TaskCell"])
            if again := [mark.name for mark in marks if is_by_hand(mark) and mark.needs_manual_grade]:
                grade.notes.append(f"handed in again after points were given by hand; look again at {', '.join(again)}")
    return grades


def is_by_hand(mark):
    """Whether somebody gave points for a cell."""
    return mark.manual_score is not None or bool(mark.extra_credit)


def correct(grade, marks):
    """Let the points that somebody gave for exercises count; the columns of all exercises still sum to the points."""
    by_hand = {mark.name.partition("-")[2].replace("-", "."): mark for mark in marks if is_by_hand(mark)}
    if not by_hand:
        return
    judged = {result.exercise: result for result in grade.exercises}
    for exercise, mark in by_hand.items():
        given = judged.get(exercise, Result(exercise, 0, mark.max_score, "graded by hand"))
        judged[exercise] = replace(given, points=mark.score)
    before, grade.exercises = grade.points, list(judged.values())
    grade.points = grade.earned
    grade.notes.append(f"corrected by hand: {grade.points:g} points, not {before:g}")


def mark_task(grade, marks):
    """Add the points that somebody gave for the open task."""
    given = [mark for mark in marks if mark.manual_score is not None]
    if given:
        grade.by_hand, of = sum(mark.score for mark in given), sum(mark.max_score for mark in given)
        grade.points, grade.of = round(grade.points + grade.by_hand, 2), grade.of + of
        grade.notes.append(f"with {grade.by_hand:g} of {of:g} points for the open task")


def record_nothing(submission, out):
    """Zero points in the gradebook for a submission that nbgrader has not seen."""
    with open_gradebook(out) as book:
        book.update_or_create_student(submission.id)
        entry = book.update_or_create_submission(submission.edition, submission.id)
        for notebook in entry.notebooks:
            for cell in notebook.grades:
                cell.auto_score, cell.needs_manual_grade = 0, False
        book.db.commit()
