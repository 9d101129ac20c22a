"""An answer of several parts gets its share of the points, and a failing case is in the student's hands."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.workshop.exercises import Exercise, check, find_exercise
from course_lib.workshop.exercises.checking import SEED, examine
from course_lib.workshop.remote import attempt
from tests.workshop.exercises.test_answers import EXERCISES, as_written_here

PARTS = Exercise(
    id="99.1",
    title="Three parts",
    points=2,
    truth=lambda: {"a": 1, "b": {2, 3}, "c": "x"},
    mistakes=[],
)


def halves(x):
    return x / 2


def doubles(x):
    return 2 * x


def run_both(functions, x):
    half, double = functions
    return {"half": half(x), "double": double(x)}


BOTH = Exercise(
    id="99.2",
    title="Two functions",
    points=3,
    truth=(halves, doubles),
    cases=lambda seed: [(torch.tensor([seed, 1.0]),), (torch.tensor([3.0]),)],
    run=run_both,
    mistakes=[],
)


def test_each_right_part_of_a_value_gives_its_share_rounded_down():
    two_of_three = examine(PARTS, {"a": 7, "b": {2, 3}, "c": "x"})
    assert two_of_three.points == 1.33
    assert "2 of 3 parts right: 1.33 of 2 points" in two_of_three.message
    assert examine(PARTS, {"a": 7, "b": {2}, "c": "y"}).points == 0
    assert examine(PARTS, {"a": 1, "b": {3, 2}, "c": "X"}).points == 2


def test_a_part_that_is_missing_is_wrong_and_costs_no_other():
    assert examine(PARTS, {"a": 1}).points == 0.66
    assert examine(PARTS, {"a": 1, "b": None, "c": "x"}).points == 1.33


def test_a_part_counts_if_it_is_right_in_every_case():
    assert examine(BOTH, (halves, lambda x: x + x[-1])).points == 1.5
    assert examine(BOTH, (lambda x: x / 2 if len(x) > 1 else x, doubles)).points == 1.5
    assert examine(BOTH, (lambda x: x / 2 if len(x) > 1 else x, lambda x: x)).points == 0


@pytest.mark.parametrize("broken", [lambda x: x.no_such, lambda x: None, lambda: 1])
def test_a_function_that_raises_costs_only_its_own_part(broken):
    assert examine(BOTH, (halves, broken)).points == 1.5
    assert examine(BOTH, (broken, doubles)).points == 1.5


def test_a_failing_case_is_the_very_one_that_the_check_tried(capsys):
    tried = []

    def attention(q, k, v, mask=None):
        tried.append((q, k, v, mask))
        return q

    check("01.5", attention)
    assert 'this case: q, k, v, mask = check.case("01.5", 1)' in capsys.readouterr().out
    case = check.case("01.5", 1)
    assert all(a is b or a.equal(b) for a, b in zip(case, tried[0], strict=True))


def test_the_cases_in_the_students_hands_are_not_the_graders(monkeypatch):
    mine = check.case("01.5", 1)[0]
    monkeypatch.setenv(SEED, "77")
    assert not mine.equal(find_exercise("01.5").draw_cases([77])[0][0])


@pytest.mark.parametrize(("exercise", "number"), [("01.5", 0), ("01.5", 99), ("01.2", 1)])
def test_a_case_that_is_not_there_is_named(exercise, number):
    with pytest.raises(CourseError, match=f"{exercise} has .* cases, got the number {number}"):
        check.case(exercise, number)


def test_a_right_answer_that_writes_into_an_argument_keeps_its_points_and_is_told(capsys):
    def doubled(x):
        return x.mul_(2)

    verdict = examine(BOTH, (halves, doubled))
    assert verdict.points == 3
    assert "but it changes `x` in place, which its caller may still need" in verdict.message


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if exercise.wants_a_function])
def test_no_solution_of_the_course_writes_into_an_argument(name):
    exercise = EXERCISES[name]
    tried = attempt(as_written_here(exercise.truth), exercise.apply, exercise.draw_cases([1]))
    assert tried.given
    assert tried.changed == -1
