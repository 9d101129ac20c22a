"""A mistake is an edit of the solution, and the sheet shows the solution as it stands in the library."""

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.errors import CourseError
from course_lib.workshop.exercises import Exercise
from course_lib.workshop.exercises.solutions import Edit
from course_lib.workshop.grading import sheets

FACTOR = 3


def shares(scores):
    """T -> T."""
    return (FACTOR * scores).softmax(dim=0)


def longest(texts):
    """The length of the longest text."""

    def length(text):
        return len(text)

    return max(map(length, texts))


def answer():
    two = 1 + 1
    return {"a": two, "b": "word"}


def bare(x):
    return x


def endless():
    pass


def halves(x):
    """A half."""
    return x / 2


def quarters(x):
    """A half of a half."""
    return halves(halves(x))


def test_an_edit_changes_the_solution_and_keeps_what_it_uses():
    x = torch.randn(5)
    assert Edit("softmax(dim=0) → log_softmax(dim=0)").of(shares)(x).allclose(shares(x).log())
    assert Edit("softmax → log_softmax", "* scores → * scores.double()").of(shares)(x).dtype == torch.double


def test_an_edit_may_leave_something_out():
    x = torch.randn(5)
    assert Edit(".softmax(dim=0) → ").of(shares)(x).equal(3 * x)


def test_an_edit_of_several_functions_reaches_those_that_call_each_other():
    half, quarter = Edit("x / 2 → x / 10").of((halves, quarters))
    assert (half(1000), quarter(1000)) == (100, 10)
    assert quarters(1000) == 250


@pytest.mark.parametrize("change", ["relu → gelu", "scores → x", "softmax"])
def test_an_edit_that_does_not_fit_once_is_refused(change):
    with pytest.raises(CourseError, match="in shares; expected once"):
        Edit(change).of(shares)


def test_of_a_function_the_body_is_the_solution():
    assert sheets.function_shown(shares) == (
        'def shares(scores):\n    """T -> T."""\n    ### BEGIN SOLUTION\n'
        "    return (FACTOR * scores).softmax(dim=0)\n    ### END SOLUTION"
    )
    lines = sheets.function_shown(longest).splitlines()
    assert lines[2:5] == ["", "    ### BEGIN SOLUTION", "    def length(text):"]


def test_of_a_value_the_lines_that_give_it_are_the_solution():
    assert sheets.value_shown(answer).splitlines() == [
        'answer = {"a": None, "b": None}',
        "### BEGIN SOLUTION",
        "two = 1 + 1",
        'answer = {"a": two, "b": "word"}',
        "### END SOLUTION",
    ]


def test_a_solution_that_cannot_be_shown_is_refused():
    with pytest.raises(CourseError, match="bare has no docstring"):
        sheets.function_shown(bare)
    with pytest.raises(CourseError, match="endless does not end with its answer"):
        sheets.value_shown(endless)


@pytest.fixture
def library(monkeypatch):
    exercises = [Exercise(id=f"99.{n}", title=str(n), points=n, truth=answer, mistakes=[]) for n in (1, 2)]
    monkeypatch.setattr(sheets, "exercises_of", lambda lesson: {exercise.id: exercise for exercise in exercises})


def test_what_a_sheet_lacks_comes_behind_what_is_asked(library):
    asked = [new_markdown_cell(f"## 99.{n} · {n}") for n in (1, 2)]
    notebook = new_notebook(cells=[asked[0], new_code_cell("shown = 1"), asked[1], new_markdown_cell("## Open task")])
    sheets.fill(notebook, "99")
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells if cell.metadata] == [
        f"{what}-99-{n}" for n in (1, 2) for what in ("answer", "check")
    ]
    assert notebook.cells[1].source == "shown = 1"
    assert notebook.cells[3].source.endswith('check("99.1", answer)')
    assert notebook.cells[3].metadata.nbgrader.points == 1
    before = [cell.source for cell in notebook.cells]
    sheets.fill(notebook, "99")
    assert before == [cell.source for cell in notebook.cells], "it is filled once"


def test_an_exercise_has_the_title_that_the_library_gives_it(library):
    notebook = new_notebook(cells=[new_markdown_cell(f"## 99.{n} · Old\n\nIt is 99.{n} · Old.") for n in (1, 2)])
    sheets.fill(notebook, "99")
    asked = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert asked == [f"## 99.{n} · {n}\n\nIt is 99.{n} · Old." for n in (1, 2)]


def test_a_sheet_that_does_not_ask_an_exercise_is_refused(library):
    with pytest.raises(CourseError, match=r"does not ask 99.1"):
        sheets.fill(new_notebook(cells=[new_markdown_cell("## Something else")]), "99")
