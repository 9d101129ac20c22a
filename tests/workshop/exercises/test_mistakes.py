"""The tables of known mistakes: each row stands for what leads to its cause, and fits its exercise."""

import pytest

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.exercises import exercises_of
from course_lib.workshop.exercises.mistakes import mistakes_in, read_mistakes
from course_lib.workshop.exercises.solutions import Edit
from course_lib.workshop.exercises.values import ANY_OTHER, Member
from tests.workshop.exercises.test_answers import EXERCISES, LESSONS

TRUE = {"kind": "self", "number": 3, 2: [1.0, 2.0], "letters": {"A", "B"}, "pairs": {(0, 1)}}


def wrong(row, true=TRUE):
    """What a row stands for, without its cause."""
    return [found for _, found in mistakes_in([("why", row)], lambda: true)]


def test_a_text_with_an_arrow_is_an_edit_with_as_many_changes_as_it_has_between_semicolons():
    (edit,) = wrong("a → b; c[:] → c[1:];\n / 2 → ")
    assert isinstance(edit, Edit)
    assert edit.changes == ("a → b", "c[:] → c[1:]", " / 2 → ")


def test_a_list_is_any_of_its_members():
    assert [type(found) for found in wrong(["a → b", {"number": 4}])] == [Edit, dict]


def test_parts_keep_the_names_and_kinds_that_the_true_ones_have():
    assert wrong({"2": [2.0, 1.0], "number": 4}) == [{2: [2.0, 1.0], "number": 4}]
    assert wrong({"letters": ["A"], "pairs": [[1, 0]]}) == [{"letters": {"A"}, "pairs": {(1, 0)}}]


def test_a_list_in_the_place_of_a_single_value_is_any_of_these_and_dots_are_any_other():
    assert wrong({"kind": ["cross", "none"], "number": 4}) == [
        {"kind": "cross", "number": 4},
        {"kind": "none", "number": 4},
    ]
    assert wrong({"kind": "…"}) == [{"kind": ANY_OTHER}]


def test_a_member_in_the_place_of_a_set_is_missing_or_one_too_many():
    assert wrong({"letters": "A"}) == [{"letters": Member("A", frozenset("AB"))}]
    assert wrong({"pairs": "(0, 1)"}) == [{"pairs": Member((0, 1), frozenset({(0, 1)}))}]
    assert wrong("C", {"A", "B"}) == [Member("C", frozenset("AB"))]


@pytest.mark.parametrize("name", EXERCISES)
def test_every_edit_fits_its_solution(name):
    assert len(EXERCISES[name].wrong_answers) == len(EXERCISES[name].mistakes)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_table_is_about_exercises_of_its_lesson(lesson):
    rows = read_mistakes(REPOSITORY / "course_lib" / "workshop" / "exercises" / f"lesson_{lesson}.py")
    assert rows
    assert rows.keys() <= exercises_of(lesson).keys()


def test_a_module_without_a_table_has_no_rows_and_one_that_is_no_toml_says_so(tmp_path):
    assert read_mistakes(tmp_path / "lesson_99.py") == {}
    (tmp_path / "lesson_99.toml").write_text('["99.1"]\n"a cause" = "one')
    with pytest.raises(CourseError, match="lesson_99.toml is no TOML"):
        read_mistakes(tmp_path / "lesson_99.py")
