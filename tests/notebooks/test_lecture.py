"""A lecture shows each slide and each *Predict* with its answer; and every rule can fail."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks import lecture
from tests.notebooks.lecture import RULES
from tests.notebooks.lesson import LESSON_FILES, Lesson, lesson_at


@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_lesson_has_its_lecture(path):
    assert [(rule.__name__, wrong) for rule in RULES for wrong in rule(lesson_at(path))] == []


def lesson(tmp_path, *cells):
    """A `Lesson` with the name of the second one, of texts (prose) and lists of lines (code)."""
    notebook = new_notebook(
        cells=[new_markdown_cell(cell) if isinstance(cell, str) else new_code_cell("\n".join(cell)) for cell in cells]
    )
    made = Lesson(tmp_path / LESSON_FILES[1].name)
    made.__dict__["notebook"] = notebook
    return made


@pytest.mark.parametrize(
    ("heading", "is_kept"),
    [("## Multiple Attention Heads", True), ("## Attention", False), ("## Check: Multiple Attention Heads", False)],
)
def test_the_title_of_a_slide_is_a_heading_on_the_lecture_path(tmp_path, heading, is_kept):
    assert (not list(lecture.projects_every_slide(lesson(tmp_path, heading)))) == is_kept


@pytest.mark.parametrize(
    ("cells", "is_kept"),
    [
        (("*Predict* it.", ["1"], "So it is."), True),
        (("*Predict* it.", "More.", ["1"], ["2"], "So it is."), True),
        (("*Predict* it.", ["1"]), False),
        (("*Predict* it.", "So it is."), False),
        (("## Check it\n*Predict* it.", ["1"], "So it is."), False),
        (("*Predict* it.", "## Check", ["1"], "So it is."), False),
    ],
)
def test_a_prediction_is_asked_run_and_answered_on_the_lecture_path(tmp_path, cells, is_kept):
    assert (not list(lecture.projects_each_prediction_with_its_answer(lesson(tmp_path, *cells)))) == is_kept
