"""Longer answers that say the same are named on both sides; stubs and short ones are not."""

import pytest

from course_lib.grading.alike import fingerprints, note_alike
from course_lib.grading.grade import Grade
from tests.grading.small_course import answered, source_notebook

LOOP = """def mask_padding(lengths, size):
    mask = torch.zeros(3)
    for length in lengths:
        mask[length] = 1
    return mask"""


def noted(*codes):
    """The notes of students who gave these answers."""
    release = source_notebook()
    notebooks = [answered(release, a4=code) for code in codes]
    grades = [Grade(f"s{i}", "01", answers=fingerprints(notebook, release)) for i, notebook in enumerate(notebooks)]
    return [grade.notes for grade in note_alike(grades)]


def test_answers_that_say_the_same_are_named():
    assert noted(LOOP, LOOP + "  # really", LOOP.replace("3", "4")) == [
        ["same answers as s1: 01.4"],
        ["same answers as s0: 01.4"],
        [],
    ]


@pytest.mark.parametrize("code", ["def f():\n    return 1", source_notebook().cells[4].source, "not python ("])
def test_short_answers_and_stubs_are_not(code):
    assert noted(code, code) == [[], []]
