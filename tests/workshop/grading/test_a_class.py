"""A class is graded: many submissions are honest, and each that does harm harms only itself."""

import copy
import csv
import os
import time

import pytest
from nbformat.v4 import new_markdown_cell

from course_lib.workshop.grading import Limits, grade_folder
from course_lib.workshop.grading.editions import generate_release
from course_lib.workshop.notebooks import read_notebook
from tests.workshop.grading.small_course import NAME, answered, cell_named, write, write_course

pytestmark = pytest.mark.slow  # nbgrader starts a kernel for each submission

RIGHT = 'prediction = {"plain": 8.0, "scaled": 1.0, "slope": 0.09}'
NEAR = 'prediction = {"plain": 64, "scaled": 1, "slope": 0.09}'
BROADCAST = "def mask_padding(lengths, size):\n    return (torch.arange(size) < lengths[:, None])[:, None, None, :]"
LOOP = """def mask_padding(lengths, size):
    mask = torch.zeros(len(lengths), 1, 1, size, dtype=torch.bool)
    for sentence, length in enumerate(lengths.tolist()):
        for key in range(length):
            mask[sentence, 0, 0, key] = True
    return mask"""
UPSIDE_DOWN = BROADCAST.replace("<", ">=")
BY_HEART = "def mask_padding(lengths, size):\n    return torch.ones(len(lengths), 1, 1, size, dtype=torch.bool)"
RAISES = "def mask_padding(lengths, size):\n    return lengths.no_such_thing"
MISSPELLED = "def mask_padding(lengths, size)\n    return None"

HONEST = {  # answers -> points of 3
    "untouched": ({}, 0),
    "first-only": ({"a2": RIGHT}, 1),
    "second-only": ({"a4": LOOP}, 2),
    "both": ({"a2": RIGHT, "a4": BROADCAST}, 3),
    "both-by-loops": ({"a2": RIGHT, "a4": LOOP}, 3),
    "near": ({"a2": NEAR, "a4": LOOP}, 2.66),
    "upside-down": ({"a2": RIGHT, "a4": UPSIDE_DOWN}, 1),
    "by-heart": ({"a2": NEAR, "a4": BY_HEART}, 0.66),
    "raises": ({"a2": RIGHT, "a4": RAISES}, 1),
    "misspelled": ({"a2": RIGHT, "a4": MISSPELLED}, 1),
    "comments": (
        {"a2": RIGHT, "a4": f"from course_lib.workshop.exercises import (check)  # as in the exercises\n{LOOP}"},
        3,
    ),
    "warns": ({"a2": RIGHT, "a4": "import warnings\n" + LOOP.replace(":\n", ":\n    warnings.warn('old')\n", 1)}, 3),
}
LIMITS = Limits(seconds=5, memory=2 * 2**30)


def changed_checks(release):
    notebook = answered(release, a2=RIGHT)
    cell_named(notebook, "check-01-4").source = "2"
    return notebook


def deleted_cells(release):
    notebook = answered(release, a2=RIGHT, a4=LOOP)
    notebook.cells.remove(cell_named(notebook, "check-01-4"))
    return notebook


def with_a_picture_that_is_gone(release):
    notebook = answered(release, a2=RIGHT, a4=LOOP)
    notebook.cells.append(new_markdown_cell("![my plot](attachment:gone.png)", id="gone"))
    return notebook


def printed_before(release):
    notebook = copy.deepcopy(release)
    return answered(notebook, a2=RIGHT, a4='for line in range(1000):\n    print("x" * 100_000)')


HARMFUL = {  # what it submits, its points, and what is said of it
    "hangs": (
        lambda release: answered(release, a2=RIGHT, a4="while True:\n    pass"),
        1,
        "computed for more than 5 seconds",
    ),
    "fills-memory": (lambda release: answered(release, a2=RIGHT, a4="x = bytearray(2**40)"), 1, "MemoryError"),
    "exits": (lambda release: answered(release, a2=RIGHT, a4="import os\nos._exit(0)"), 1, "ended the process"),
    "changes-checks": (changed_checks, 1, "check-01-4 was changed"),
    "deletes-cells": (deleted_cells, 3, "check-01-4 is missing; it was put back"),
    "no-notebook": (lambda release: None, 0, "not a notebook"),
    "half-a-letter": (
        lambda release: answered(release, a2=f"{RIGHT}\nprint('a\\ud800b')\nraise ValueError('\\udcff')", a4=LOOP),
        3,
        "ValueError: ?",
    ),
    "no-picture": (with_a_picture_that_is_gone, 3, ""),
    "prints": (printed_before, 1, "printed more than 200,000 characters"),
    "reads-solutions": (
        lambda release: answered(
            release,
            a2="from course_lib.workshop.exercises.lesson_01 import prediction as solved\nprediction = solved()",
        ),
        0,
        "imports course_lib.workshop.exercises.lesson_01.prediction",
    ),
}


COPIES = 1  # of each honest submission


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grades by student, the folder of the results, and the seconds that it took."""
    root = tmp_path_factory.mktemp("course")
    release = generate_release(read_notebook(write_course(root)), NAME)
    for name, (answers, _) in HONEST.items():
        for number in range(COPIES):
            write(answered(release, **answers), root / "in" / f"{name}-{number}" / f"{NAME}.ipynb")
    for name, (hand_in, *_) in HARMFUL.items():
        path = root / "in" / name / f"{NAME}.ipynb"
        if notebook := hand_in(release):
            write(notebook, path)
        else:
            path.parent.mkdir()
            path.write_text("%PDF-1.7 I thought it was the other file")
    twice = root / "in" / "both-0"
    os.utime(twice / f"{NAME}.ipynb", (9, 9))
    write(answered(release), twice / f"{NAME} (1).ipynb")
    os.utime(twice / f"{NAME} (1).ipynb", (7, 7))
    started = time.monotonic()
    grades = [grade for *_, grade in grade_folder(root / "in", root / "out", LIMITS, editions=root)]
    return {grade.student: grade for grade in grades}, root / "out", time.monotonic() - started


def test_all_are_graded_in_bounded_time(graded):
    grades, out, seconds = graded
    assert set(grades) == {path.name for path in (out.parent / "in").iterdir()}
    assert seconds < len(grades) * LIMITS.patience / 2


def test_every_honest_submission_gets_its_points(graded):
    grades, _, _ = graded
    given = {student: grade.points for student, grade in grades.items() if student not in HARMFUL}
    assert given == {student: HONEST[student.rsplit("-", 1)[0]][1] for student in given}
    assert all(grade.of == 3 for grade in grades.values())


def test_a_harmful_submission_costs_itself_only_and_is_explained(graded):
    grades, _, _ = graded
    for name, (_, points, reason) in HARMFUL.items():
        assert grades[name].points == points, name
        assert reason in "; ".join(grades[name].notes)


def test_gradebook_table_and_pages_say_the_same(graded):
    from nbgrader.api import Gradebook  # takes a second, in every process that collects tests

    grades, out, _ = graded
    with open(out / "grades.csv", encoding="utf-8") as file:
        table = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        scores = {student: book.find_submission(NAME, student).score for student in grades}
    assert table == scores == {student: grade.points for student, grade in grades.items()}
    summary = (out / "index.html").read_text(encoding="utf-8")
    for student, grade in grades.items():
        assert student in summary
        assert (out / "feedback" / student / NAME / f"{NAME}.html").exists() == (
            f'href="feedback/{student}/' in summary
        )
        assert grade.notes or (out / "feedback" / student / NAME / f"{NAME}.html").exists()
