"""A class that is graded in no time: answers say their points, and are recorded without nbgrader's converters."""

import multiprocessing
import os
import re
import warnings

import nbformat
from nbformat.v4 import new_output

from course_lib.files import write_json
from course_lib.workshop.exercises.results import exercise_of, is_check
from course_lib.workshop.grading import folder as grading_apart
from course_lib.workshop.grading import grade as grading
from course_lib.workshop.grading.alike import codes
from course_lib.workshop.grading.editions import open_course
from tests.workshop.grading.small_course import NAME, POINTS, source_notebook, write

SHEETS = [NAME, "02_small", "03_small"]


def grade_in_forks(monkeypatch):
    """Let forks of this process grade, which pretend. A fork has all memory of this process, so it gets no bound."""
    monkeypatch.setattr(grading_apart, "CONTEXT", multiprocessing.get_context("fork"))
    monkeypatch.setattr(grading_apart, "bound_resources", lambda **bounds: None)
    monkeypatch.setattr(grading, "autograde", autograde)


def write_class(root, sheets=SHEETS, seed=77, out="out"):
    """A course with some small sheets, whose student editions are made already in the folder `out`."""
    for folder in (root / "source", root / out / "source", root / out / "release"):
        for sheet in sheets:
            write(source_notebook(), folder / sheet / f"{sheet}.ipynb")
    write_json(root / out / "run.json", {"seed": seed})


def write_gradebook(out, sheets=SHEETS):
    """nbgrader's gradebook with the check cells of these sheets."""
    from nbgrader.api import Gradebook  # takes a second, in every process that collects tests

    open_course(out)  # nbgrader finds its tools then
    with warnings.catch_warnings(action="ignore"), Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        for sheet in sheets:
            book.add_assignment(sheet)
            book.add_notebook(sheet, sheet)
            for exercise, points in POINTS.items():
                book.add_grade_cell(check_of(exercise), sheet, sheet, max_score=points, cell_type="code")


def check_of(exercise):
    """nbgrader's name of the check of an exercise."""
    return f"check-{exercise.replace('.', '-')}"


def solution(points):
    """An answer that is worth so many points."""
    return f"points = {points}"


def autograde(notebook, submission, out, limits, seed):
    """Judge a notebook by what its answers say, and record the points as nbgrader does."""
    with open(out / "graded", "a") as file:
        file.write(f"{submission.student}\n")
    answers = codes(notebook)
    if any("die" in answer for answer in answers.values()):
        os._exit(1)
    given = {}
    for cell in filter(is_check, notebook.cells):
        exercise = exercise_of(cell)
        found = re.search(r"points = ([\d.]+)", answers.get(exercise, ""))
        given[exercise] = float(found[1]) if found else 0.0
        said = f"{exercise} {'right' if found else 'not attempted yet'}\n"
        points = {"text/plain": str(given[exercise])}
        cell.outputs = [new_output("stream", text=said), new_output("execute_result", data=points)]
    if (out / "gradebook.db").exists():
        record(given, submission, out)
    nbformat.validate(notebook)
    return notebook, []


def record(given, submission, out):
    """Write points into the gradebook, where points by hand stay and are marked, as nbgrader does it."""
    from nbgrader.api import Gradebook

    with warnings.catch_warnings(action="ignore"), Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        book.update_or_create_student(submission.id)
        book.update_or_create_submission(submission.edition, submission.id)
        for exercise, points in given.items():
            mark = book.find_grade(check_of(exercise), submission.edition, submission.edition, submission.id)
            mark.auto_score, mark.needs_manual_grade = points, mark.manual_score is not None
        book.db.commit()


def by_hand(out, student, sheet, exercise, points):
    """Correct the points of an exercise as nbgrader's formgrader does."""
    from nbgrader.api import Gradebook

    with warnings.catch_warnings(action="ignore"), Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        book.update_or_create_student(student)
        book.update_or_create_submission(sheet, student)
        mark = book.find_grade(check_of(exercise), sheet, sheet, student)
        mark.manual_score, mark.needs_manual_grade = points, False
        book.db.commit()
