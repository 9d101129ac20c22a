"""Submissions are found by folder and number; what cannot be graded, and what was changed, is said."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.errors import CourseError
from course_lib.grading import Limits, grade_folder
from course_lib.grading import submissions as module
from course_lib.grading.submissions import find_submissions, read_submission, tampering
from tests.grading.small_course import answered, cell_named, source_notebook, write

EDITIONS = ["01_attention_heads", "02_encoder_layer"]


def code(text, folder):
    path = folder / "01_x.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(text)]), path)
    return path


def test_a_notebook_belongs_to_the_exercises_with_its_number(tmp_path):
    for name in ("ana/01_attention_heads.ipynb", "bo/late/02 copy.ipynb", "bo/notes.ipynb", "ana/.hidden/01.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = find_submissions(tmp_path, EDITIONS)
    assert [(each.student, each.edition) for each in found] == [("ana", EDITIONS[0]), ("bo", EDITIONS[1]), ("bo", None)]


@pytest.mark.parametrize(
    "text",
    [
        "from course_lib.exercises.lesson_01 import spread",
        "import course_lib.exercises as e\ne.find_exercise('01.2').truth()",
        "from course_lib.exercises import check, find_exercise",
        "from course_lib import exercises",
        "open('../../source/x.ipynb'); open('notebooks/exercises/source/01_x/01_x.ipynb')",
        "import importlib\nimportlib.import_module('course_lib.exercises.lesson_01')",
    ],
)
def test_reaching_for_the_solutions_is_seen(text, tmp_path):
    with pytest.raises(CourseError, match="cell 1 reaches for the solutions"):
        read_submission(code(text, tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "from course_lib.exercises import check\n\ncheck('01.2', 3)",
        "from course_lib.nn import split_heads",
        "exercises = 3  # source",
        "from course_lib import viz",
    ],
)
def test_what_a_student_may_write_is_not_taken_for_it(text, tmp_path):
    assert read_submission(code(text, tmp_path)).cells[0].source == text


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "not json", '{"cells": 7, "nbformat": 4}', '{"nbformat": 99}', "\0"]
)
def test_what_is_no_notebook_is_said_to_be_none(content, tmp_path):
    (tmp_path / "01.ipynb").write_text(content)
    with pytest.raises(CourseError, match="not a notebook: ."):
        read_submission(tmp_path / "01.ipynb")


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    with pytest.raises(CourseError, match="not read: the file has"):
        read_submission(code("x = 1" * 50, tmp_path))


def test_changed_and_missing_cells_are_listed():
    release, notebook = source_notebook(), answered(source_notebook(), a2="prediction = 3")
    assert list(tampering(notebook, release)) == []
    cell_named(notebook, "check-01-4").source += "\n2"
    notebook.cells.remove(cell_named(notebook, "check-01-2"))
    notebook.cells.remove(cell_named(notebook, "answer-01-4"))
    assert list(tampering(notebook, release)) == [
        "the cell check-01-2 is missing; its exercise counts as not solved",
        "the cell answer-01-4 is missing",
        "the cell check-01-4 was changed; it was graded with the original",
    ]


def test_nothing_that_is_not_a_gradebook_is_overwritten(tmp_path):
    write(source_notebook(), tmp_path / "in" / "ana" / "01_small.ipynb")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(CourseError, match="has other things in it"):
        grade_folder(tmp_path / "in", tmp_path / "out", Limits())
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"
