"""A lecturer's copies of the student edition: with fewer hints, and otherwise the same."""

import re

import nbformat
import pytest

from course_lib.errors import CourseError
from course_lib.workshop.grading import hand_out
from tests.workshop.exercises.editions import RELEASES

LADDER = ["Hint", "Plan", "Pseudo-code"]
SHEETS = RELEASES[:2]


def summaries(notebook):
    """What is folded away in each prose cell that has something folded away."""
    found = (re.findall(r"<summary>(.+?)</summary>", cell.source) for cell in notebook.cells)
    return [names for names in found if names]


@pytest.mark.parametrize("hints", [0, 1, 2, 3])
def test_a_copy_keeps_the_first_hints_of_each_exercise(tmp_path, hints):
    for path, edition in zip(hand_out(SHEETS, tmp_path, hints), SHEETS, strict=True):
        copy, whole = (nbformat.read(file, as_version=4) for file in (path, edition))
        assert summaries(copy) == [LADDER[:hints]] * (len(summaries(whole)) if hints else 0)


def test_a_copy_without_a_number_of_hints_is_the_student_edition(tmp_path):
    (path,) = hand_out(SHEETS[:1], tmp_path)
    assert nbformat.read(path, as_version=4) == nbformat.read(SHEETS[0], as_version=4)


def test_leaving_out_hints_changes_nothing_else(tmp_path):
    (path,) = hand_out(SHEETS[:1], tmp_path, 2)
    copy, whole = (nbformat.read(file, as_version=4) for file in (path, SHEETS[0]))
    for mine, cell in zip(copy.cells, whole.cells, strict=True):
        assert mine.id == cell.id and mine.metadata == cell.metadata
        assert mine.source == re.sub(
            r"\n*<details><summary>(?:Pseudo-code|Answer).*?</details>", "", cell.source, flags=re.S
        )


def test_a_sheet_without_hints_does_not_speak_of_them(tmp_path):
    (path,) = hand_out(SHEETS[:1], tmp_path, 0)
    assert "hint" not in nbformat.read(path, as_version=4).cells[0].source


def test_a_copy_overwrites_nothing(tmp_path):
    list(hand_out(SHEETS[:1], tmp_path))
    with pytest.raises(CourseError, match=f"{SHEETS[0].name} must not exist yet"):
        list(hand_out(SHEETS, tmp_path))
    assert not (tmp_path / SHEETS[1].stem).exists()
