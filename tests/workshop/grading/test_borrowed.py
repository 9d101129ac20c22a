"""What an answer takes from the course is noted for the lecturer, found in its code and not in its words."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from course_lib.workshop.grading import EDITIONS
from course_lib.workshop.grading.alike import codes
from course_lib.workshop.grading.borrowed import borrowed
from tests.workshop.exercises.editions import SOURCES
from tests.workshop.grading.small_course import answered, cell_named, source_notebook

SHEET = SOURCES[1].stem
SOLUTION = """def mask_padding(lengths, size):
    ### BEGIN SOLUTION
    positions = torch.arange(size)
    mask = positions < lengths[:, None]
    mask = mask[:, None]
    return mask[:, None]
    ### END SOLUTION"""


def noted(first="", **answers):
    """The notes on a sheet with these answers, and with a cell before them all."""
    source = answered(source_notebook(), a4=SOLUTION)
    release = source_notebook()
    for cell in release.cells:
        cell.source = re.sub(r" *### BEGIN(.|\n)*END SOLUTION", "    # your code here", cell.source)
    notebook = answered(release, **answers)
    notebook.cells.insert(1, new_code_cell(first))
    return list(borrowed(notebook, source, release))


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (
            "from course_lib.workshop.exercises.lesson_01 import prediction",
            "course_lib.workshop.exercises.lesson_01.prediction",
        ),
        (
            "import course_lib.workshop.exercises as e\ne.find_exercise('01.2').truth()",
            "course_lib.workshop.exercises.*",
        ),
        (
            "from course_lib.workshop.exercises import check, find_exercise",
            "course_lib.workshop.exercises.find_exercise",
        ),
        ("from course_lib.workshop import exercises", "course_lib.workshop.exercises.*"),
        (
            "import importlib\nimportlib.import_module('course_lib.workshop.exercises.lesson_01')",
            "course_lib.workshop.exercises.lesson_01",
        ),
        (
            "from importlib import import_module as load\nload('course_lib.workshop.exercises')",
            "course_lib.workshop.exercises.*",
        ),
        ("__import__('course_lib.workshop.exercises')", "course_lib.workshop.exercises.*"),
    ],
)
def test_an_import_from_the_exercises_is_noted(code, what):
    assert noted(code) == [f"imports {what}"]


@pytest.mark.parametrize(
    "code",
    [
        "from course_lib.workshop.exercises import check  # once more",
        "from course_lib.workshop.exercises import check; check('01.4', 3)",
        "from course_lib.workshop.exercises import (check)",
        "from course_lib.workshop.exercises import check as c",
        "from course_lib.workshop import viz  # as in the exercises",
        "# course_lib.workshop.exercises.lesson_01 has the exercises\nsource = 'exercises source'",
        "text = 'from course_lib.workshop.exercises.lesson_01 import prediction'",
        "not python (",
    ],
)
def test_words_and_the_check_itself_are_not(code):
    assert noted(code) == []


@pytest.mark.parametrize(
    ("first", "answer", "what"),
    [
        ("from course_lib.nn import padding_mask as p", "return p(lengths, size)", "course_lib.nn.padding_mask"),
        ("import course_lib.nn as blocks", "return blocks.padding_mask(lengths, size)", "course_lib.nn.padding_mask"),
        ("import torch.nn.functional as F", "return F.one_hot(lengths, size)", "torch.nn.functional.one_hot"),
        ("from torch import nn", "return nn.functional.pad(lengths, size)", "torch.nn.functional.pad"),
    ],
)
def test_an_answer_that_hands_on_to_the_library_is_noted(first, answer, what):
    assert noted(first, a4=f"def mask_padding(lengths, size):\n    {answer}") == [f"01.4 uses {what}"]


def test_what_the_answer_itself_computes_is_not():
    own = "def mask_padding(lengths, size):\n    x = torch.arange(size)\n    return F.relu(x) < lengths[:, None]"
    assert noted("import torch.nn.functional as F", a4=own) == []
    assert noted("from course_lib.nn import padding_mask\npadding_mask(3, 4)") == []


@pytest.mark.parametrize(
    "old, new", [("### ", ""), ("positions", "p"), ("size):", "size: int) -> None:"), ("[:", "[ :")]
)
def test_an_answer_equal_to_the_solution_is_noted_with_other_names_too(old, new):
    assert noted(a4=SOLUTION.replace("### ", "# ").replace(old, new)) == [
        "equal to the course's own solution but for names and comments: 01.4"
    ]


def test_a_long_answer_of_another_kind_is_not_taken_for_the_solution():
    assert noted(a4=SOLUTION.replace("    return", "    mask = mask.clone()\n    return")) == []


def test_a_sheet_made_of_the_solutions_of_the_course_is_noted_and_the_empty_one_is_not():
    source, release = (
        nbformat.read(EDITIONS / edition / SHEET / f"{SHEET}.ipynb", as_version=4) for edition in ("source", "release")
    )
    assert list(borrowed(release, source, release)) == []
    copied = nbformat.from_dict(release)
    for exercise, code in codes(source).items():
        cell = cell_named(copied, f"answer-{exercise.replace('.', '-')}")
        cell.source = re.sub(r"\blongest\b", "most", code)
    (note,) = borrowed(copied, source, release)
    assert f"the course's own solution but for names and comments: {SHEET[:2]}.1" in note
