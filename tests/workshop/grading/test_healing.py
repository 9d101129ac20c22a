"""A notebook whose cells were copied, deleted, split or stripped has each answer and each check once, and says so."""

import copy

import pytest
from nbformat.v4 import new_code_cell

from course_lib.workshop.grading.healing import heal, name_of
from tests.workshop.grading.small_course import answered, cell_named, source_notebook

RELEASE = source_notebook()
NAMES = ["answer-01-2", "check-01-2", "answer-01-4", "check-01-4"]


def healed(notebook):
    """What is said of a notebook; it has each cell once afterwards, and its checks are the original ones."""
    notes = heal(notebook, RELEASE)
    names = [name_of(cell) for cell in notebook.cells if name_of(cell)]
    assert len(names) == len(set(names))
    for name in ("check-01-2", "check-01-4"):
        assert cell_named(notebook, name).metadata == cell_named(RELEASE, name).metadata
    return notes, names


def mine():
    return answered(source_notebook(), a2="prediction = 3")


def test_a_notebook_in_order_stays_as_it_is():
    notebook = mine()
    before = copy.deepcopy(notebook)
    assert healed(notebook) == ([], NAMES)
    assert notebook == before


@pytest.mark.parametrize("name", NAMES)
def test_of_a_cell_that_was_copied_the_last_counts(name):
    notebook = mine()
    notebook.cells.append(copy.deepcopy(cell_named(notebook, name)))
    notes, names = healed(notebook)
    assert notes == [f"the cell {name} was copied; the last one counts"]
    assert names[-1] == name
    assert len(notebook.cells) == len(RELEASE.cells) + 1


def test_cells_that_lost_their_metadata_are_found_by_their_checks():
    notebook = mine()
    for cell in notebook.cells:
        cell.metadata.clear()
    notes, names = healed(notebook)
    assert notes == ["the notebook has lost its metadata (Colab?); its cells were found by their checks"]
    assert names == NAMES
    assert cell_named(notebook, "answer-01-2").source == "prediction = 3"


def test_an_answer_and_its_check_in_one_cell_are_the_answer():
    notebook = mine()
    notebook.cells = [new_code_cell("def f():\n    pass\ncheck('01.4', f)")]
    notes, names = healed(notebook)
    assert names == ["answer-01-4", "check-01-4", "check-01-2"]
    assert "check-01-4" not in notebook.cells[0].metadata


def test_a_check_that_was_deleted_is_put_back_after_its_answer():
    notebook = mine()
    notebook.cells.remove(cell_named(notebook, "check-01-2"))
    assert healed(notebook) == (["the cell check-01-2 is missing; it was put back"], NAMES)


def test_changed_checks_and_missing_answers_are_named():
    notebook = mine()
    cell_named(notebook, "check-01-4").source += "\n2"
    notebook.cells.remove(cell_named(notebook, "answer-01-4"))
    notes, _ = healed(notebook)
    assert notes == [
        "the cell answer-01-4 is missing",
        "the cell check-01-4 was changed; it was graded with the original",
    ]


def test_a_cell_that_nbgrader_does_not_know_here_is_an_ordinary_one():
    notebook = mine()
    notebook.cells[0].metadata = copy.deepcopy(cell_named(notebook, "check-01-4").metadata)
    notebook.cells[0].metadata.nbgrader.grade_id = "check-07-1"
    assert healed(notebook) == ([], NAMES)
