"""The tolerance forgives rounding, and nothing else: a lesson whose output was tampered with fails."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.notebooks.tolerance import says_the_same

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("loss 1.3732836", "loss 1.3732860"),
        ("tensor([0.1234, -0.5000])", "tensor([0.1235, -0.5000])"),
        ("largest difference 1.192e-07.", "largest difference 1.193e-07."),
        ("-0.0000", "0.0000"),
        ("|  1.000 |", "| 1.000 |"),
    ],
)
def test_rounding_of_another_machine_is_forgiven(stored, now):
    assert says_the_same(stored, now)


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("loss 1.373", "loss 1.383"),
        ("exact match 93.1 %", "exact match 93.2 %"),
        ("step 60", "step 61"),
        ("the first book", "the second book"),
        ("torch.Size([2, 3])", "torch.Size([3, 2])"),
        ("1.000 2.000", "1.000"),
        ("1.000", "1"),
        ("0.125 nan", "0.125 0.125"),
        ("version 1.2.3", "version 1.2.4"),
    ],
)
def test_everything_else_is_a_difference(stored, now):
    assert not says_the_same(stored, now)


def run_lesson(pytester, source, printed, tags=()):
    """The outcome counts of nbval on a one-cell lesson that has `printed` stored as its output."""
    output = new_output("stream", name="stdout", text=printed)
    cell = new_code_cell(source, outputs=[output], execution_count=1, metadata={"tags": list(tags)})
    nbformat.write(new_notebook(cells=[cell]), pytester.path / "lesson.ipynb")
    options = ("-p", "tests.notebooks.tolerance", "--nbval", "--nbval-current-env", "lesson.ipynb")
    return pytester.runpytest(*options).parseoutcomes()


def test_a_lesson_passes_with_rounding_and_fails_when_tampered_with(pytester):
    assert run_lesson(pytester, "print(1 / 3)", "0.33333334\n") == {"passed": 1}
    assert run_lesson(pytester, "print(1 / 3)", "0.33433333\n") == {"failed": 1}


def test_a_lesson_that_forgets_an_import_fails(pytester):
    assert run_lesson(pytester, "print(torch.ones(1).item())", "1.0\n") == {"failed": 1}


def test_a_tagged_cell_is_run_but_not_compared(pytester):
    assert run_lesson(pytester, "print(7)", "8\n", tags=["nbval-ignore-output"]) == {"passed": 1}
    assert run_lesson(pytester, "1 / 0", "8\n", tags=["nbval-ignore-output"]) == {"failed": 1}
