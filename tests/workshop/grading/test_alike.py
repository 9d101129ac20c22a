"""Longer answers that say the same form groups, each on one line; stubs and short answers do not."""

import pytest

from course_lib.workshop.grading.alike import fingerprints, note_alike
from course_lib.workshop.grading.grades import Grade
from course_lib.workshop.grading.report import write_report
from tests.workshop.grading.small_course import answered, source_notebook

LOOP = """def mask_padding(lengths, size):
    mask = torch.zeros(3)
    for length in lengths:
        mask[length] = 1
    return mask"""
RENAMED = '''import torch
def mask_padding(ls: list, size: int = None) -> torch.Tensor:
    """A mask."""
    m: torch.Tensor = torch.zeros(3)  # three
    for one in ls:
        m[one] = 1
    return m'''.replace(" = None", "")


def graded(*codes):
    """The grades of students who gave these answers."""
    release = source_notebook()
    notebooks = [answered(release, a4=code) for code in codes]
    return [Grade(f"s{i}", "01", answers=fingerprints(notebook, release)) for i, notebook in enumerate(notebooks)]


def test_answers_that_differ_in_names_and_comments_are_the_same_and_others_are_not():
    grades = graded(LOOP, LOOP + "  # really", RENAMED, LOOP.replace("3", "4"))
    (group,) = note_alike(grades)
    assert str(group) == "01.4: s0, s1, s2"
    assert [grade.notes for grade in grades] == 3 * [["the same answers as other students: 01.4 (group 1)"]] + [[]]


def test_two_students_with_the_same_answer_are_a_group_and_one_alone_is_none():
    alone, *pair = graded(LOOP.replace("3", "4"), LOOP, RENAMED)
    assert [group.students for group in note_alike([alone, *pair])] == [("s1", "s2")]


def test_thirty_equal_answers_are_one_line_on_the_page_and_one_short_note_in_each_row(tmp_path):
    grades = graded(*30 * [LOOP])
    write_report(tmp_path, grades, 7, note_alike(grades))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<li>01.4: s0, s1, s10, ") == 1
    assert max(len(note) for grade in grades for note in grade.notes) < 60
    assert {len(grade.notes) for grade in grades} == {1}


@pytest.mark.parametrize("code", ["def f():\n    return 1", source_notebook().cells[4].source, "not python ("])
def test_short_answers_and_stubs_are_not_compared(code):
    grades = graded(code, code)
    assert note_alike(grades) == []
    assert [grade.notes for grade in grades] == [[], []]
