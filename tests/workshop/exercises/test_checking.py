"""A check tries an answer on seeded cases, keeps what it prints to itself, and says what it gave and should give."""

import contextlib
import dataclasses
import signal
import sys
import time
import warnings
from collections import defaultdict

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import split_heads
from course_lib.workshop.exercises import Exercise, causes, check, checking, find_exercise
from course_lib.workshop.exercises.checking import SEED, examine, seeds
from course_lib.workshop.exercises.values import ANY_OTHER, members


def doubled(x, by):
    return x * by


DOUBLE = Exercise(
    id="99.1",
    title="Double",
    points=2,
    truth=doubled,
    cases=lambda seed: [(torch.arange(3) + seed, 2), (torch.full((2, 2), seed), 3)],
    axes="row column",
    mistakes=[
        ("it adds instead of multiplying", lambda x, by: x + by),
        ("the number {row} is forgotten", lambda x, by: torch.cat([x[:1], x[1:] * by])),
    ],
)


def said(answer, exercise=DOUBLE):
    verdict = examine(exercise, answer)
    assert verdict.points < exercise.points
    return verdict.message


def test_a_right_answer_gets_its_points():
    verdict = examine(DOUBLE, lambda x, by: by * x)
    assert (verdict.points, verdict.message) == (2, "right, on all 6 cases: 2 of 2 points")


def test_a_known_mistake_is_named_with_the_case_and_both_values():
    message = said(lambda x, by: by + x)
    assert "(case 1 of 6: x = [1, 2, 3], by = 2)" in message
    assert "it adds instead of multiplying" in message
    assert "yours is 3, the true value is 2" in message


def test_a_cause_names_the_place():
    assert "the number 0 is forgotten" in said(lambda x, by: torch.cat([x[:1], by * x[1:]]) if x.dim() > 1 else by * x)


def test_a_mistake_that_fits_all_cases_goes_before_one_that_fits_the_first():
    exercise = Exercise(
        id="99.2",
        title="Sum",
        points=1,
        truth=lambda x: 2 * x,
        cases=lambda seed: [(torch.tensor([1.0, 2.0]),), (torch.tensor([3.0]),)],
        mistakes=[("one", lambda x: x if len(x) > 1 else 9 * x), ("all", lambda x: x)],
    )
    assert "all" in said(lambda x: 1 * x, exercise)


def test_a_single_number_that_fits_one_case_is_no_cause():
    exercise = Exercise(
        id="99.4",
        title="Square",
        points=1,
        truth=lambda x: x * x,
        cases=lambda seed: [(3,), (5,)],
        mistakes=[("doubled", lambda x: 2 * x)],
    )
    assert "doubled" in said(lambda x: x + x, exercise)
    assert "doubled" not in said(lambda x: 6, exercise)


def test_an_argument_that_comes_back_is_named():
    assert "this is `x` as it was handed in" in said(lambda x, by: x)


def test_a_pattern_is_named_if_it_is_there_in_all_cases():
    assert "these are sums of the right numbers" in said(lambda x, by: (by * x).sum(0))
    assert "of the right" not in said(lambda x, by: (by * x).sum(0) if x.dim() == 1 else x - 1)


def test_an_error_is_told_with_the_students_line():
    def answer(x, by):
        return x.no_such_method()

    message = said(answer)
    assert "your code raises AttributeError: 'Tensor' object has no attribute 'no_such_method'" in message
    assert "in the line `return x.no_such_method()`" in message


def test_what_the_check_cannot_use_is_not_called_the_students_error():
    assert "this can't be checked: it raises TypeError" in said(lambda: 1)
    assert "your code raises" in said(lambda x, by: x.no)


def test_leaving_python_is_an_error_like_any_other():
    assert "your code raises SystemExit" in said(lambda x, by: sys.exit(0))


def test_an_answer_cannot_spoil_the_cases():
    def answer(x, by):
        return x.mul_(by)

    assert examine(DOUBLE, answer).points == 2


def test_what_an_answer_prints_and_warns_of_is_not_shown(capsys, monkeypatch):
    def answer(x, by):
        print("here")
        warnings.warn("old", stacklevel=1)
        sys.stderr.write("there")
        return by * x

    assert examine(DOUBLE, answer).points == 2
    assert capsys.readouterr() == ("", "")


def test_an_iterator_is_a_list():
    assert examine(dataclasses.replace(DOUBLE, truth=lambda x, by: list(x)), lambda x, by: map(torch.clone, x)).points


def test_a_cause_is_one_of_the_part_that_is_shown():
    exercise = Exercise(
        id="99.3",
        title="Two parts",
        points=1,
        truth=lambda: {"a": [1, 2], "b": 3},
        mistakes=[("b is too large", {"b": 9}), ("a is too large", {"a": [9, 9]})],
    )
    assert "b is too large" in said({"a": [1, 2], "b": 9}, exercise)
    assert "a is too large" in said({"a": [9, 9], "b": 9}, exercise)
    message = said({"a": [2, 1], "b": 9}, exercise)
    assert "b is too large" not in message
    assert "these are the right numbers in another order" in message


def two_parts(given, **true):
    return said(given, Exercise(id="99.5", title="Parts", points=1, truth=lambda: true, mistakes=[]))


def test_two_parts_that_are_exchanged_are_named():
    assert "a and c are exchanged" in two_parts({"a": "z", "b": "y", "c": "x"}, a="x", b="y", c="z")
    assert "exchanged" not in two_parts({"a": "y", "b": "z", "c": "x"}, a="x", b="y", c="z")


def test_of_sets_that_share_nothing_the_strangers_are_named():
    assert "c in a belongs somewhere else" in two_parts({"a": {"c", "a"}, "b": {"b"}}, a={"a"}, b={"b", "c"})
    assert "somewhere else" not in two_parts({"a": {"a", "b"}, "b": {"a", "b"}}, a={"a"}, b={"a", "b"})


def test_the_number_of_another_part_is_named_unless_it_is_a_common_one():
    assert "this is b; asked for is a" in two_parts({"a": 0.375, "b": 0.375}, a=0.75, b=0.375)
    assert "asked for is a" not in two_parts({"a": 2, "b": 2}, a=3, b=2)


def test_a_member_of_a_set_that_is_too_many_or_missing_has_its_reason_whatever_else_is_wrong():
    reasons = members({"a", "b"}, {"a": "a belongs to it", "c": "c is no letter of it"})
    exercise = Exercise(id="99.8", title="Letters", points=1, truth=lambda: {"a", "b"}, mistakes=reasons)
    assert "a belongs to it" in said("b", exercise)
    assert "c is no letter of it" in said(["a", "c", "d"], exercise)
    assert "letter" not in said({"a", "b", "d"}, exercise)


def test_a_mistake_can_stand_for_any_other_word():
    exercise = Exercise(
        id="99.6",
        title="Words",
        points=1,
        truth=lambda: {"a": "x", "b": "y"},
        mistakes=[("a is no z", {"a": "z"}), ("look at a", {"a": ANY_OTHER})],
    )
    assert "a is no z" in said({"a": "z", "b": "y"}, exercise)
    assert "look at a" in said({"a": "w", "b": "z"}, exercise)
    assert "look at a" not in said({"a": "x", "b": "z"}, exercise)
    assert examine(exercise, {"a": "x", "b": "y"}).points


@pytest.mark.parametrize(
    ("answer", "pattern"),
    [
        (lambda n: 99 - n, "this is 100 minus the right number"),
        (lambda n: n + 4, "in each case, this is 3 too large"),
        (lambda n: 3 * (n + 1), "in each case, this is 3 times the true number"),
    ],
)
def test_what_whole_numbers_of_several_cases_have_in_common_is_named(answer, pattern):
    exercise = Exercise(
        id="99.7", title="Next", points=1, truth=lambda n: sum([n, 1]), mistakes=[], cases=lambda seed: [(7 * seed,)]
    )
    assert pattern in said(answer, exercise)


def test_the_courses_own_function_is_no_answer():
    exercise = find_exercise("01.3")
    assert "split_heads is the course's own; write yours" in said((split_heads, split_heads), exercise)


def test_a_check_prints_and_returns_the_points(capsys):
    assert check("01.2", {"plain": 8, "scaled": 1, "slope": 0.09}) == 1
    assert capsys.readouterr().out == "01.2 right: 1 of 1 points\n"
    assert check("01.2", None) == 0
    assert capsys.readouterr().out == "01.2 not attempted yet\n"


def test_the_grader_draws_other_cases(monkeypatch):
    known = {str(case): doubled(*case) for case in DOUBLE.draw_cases(seeds())}

    def by_heart(x, by):
        return known.get(str((x, by)), torch.zeros(1))

    assert examine(DOUBLE, by_heart).points == 2
    monkeypatch.setenv(SEED, "12345")
    assert "yours has the shape" in said(by_heart)


@pytest.mark.parametrize(("name", "expected"), [("01.99", "expected one of 01.1, 01.2"), ("77.1", "two digits")])
def test_an_unknown_exercise_is_named(name, expected):
    with pytest.raises(CourseError, match=expected):
        check(name, 1)


def test_a_true_value_is_told_after_two_different_wrong_answers(capsys, monkeypatch):
    monkeypatch.setattr(checking, "WRONG_ANSWERS", defaultdict(set))
    for number in (3, 3, 5, 7):
        check("01.2", {"plain": number, "scaled": 1, "slope": 0.09})
    first, again, second, third = capsys.readouterr().out.split("01.2 ")[1:]
    assert "plain: yours is 3; after two different wrong answers in one session, you see it here" in first
    assert again == first, "the same answer is not another try"
    assert "the true value is" not in second
    assert "plain: yours is 7, the true value is 8" in third


def test_wrong_answers_to_one_part_are_none_to_another(capsys, monkeypatch):
    monkeypatch.setattr(checking, "WRONG_ANSWERS", defaultdict(set))
    for answer in ({"plain": 8}, {"plain": 8, "scaled": 1}, {"plain": 8, "scaled": 1, "slope": 0.5}, {"plain": 5}):
        check("01.2", answer)
    *missing, slope, plain = capsys.readouterr().out.split("01.2 ")[1:]
    assert all("is still missing" in said for said in missing)
    assert "the true value is" not in slope + plain


def test_of_a_function_the_true_value_of_a_case_is_told_at_once(capsys, monkeypatch):
    monkeypatch.setattr(checking, "WRONG_ANSWERS", defaultdict(set))
    check("01.5", lambda q, k, v, mask=None: 7 * q @ k.mT @ v)
    assert "the true value is" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such clock")
def test_an_answer_that_does_not_end_is_stopped(capsys, monkeypatch):
    def endless(lengths, size):
        while True:
            with contextlib.suppress(Exception):
                size += 1

    monkeypatch.setattr(checking, "SECONDS", 0.2)
    assert check("01.4", endless) == 0
    assert "your code computed for more than 0.2 seconds, and was stopped" in capsys.readouterr().out
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_a_function_that_forgets_its_return_was_attempted():
    def forgets(x, by):
        x = x * by

    assert "not right yet (case 1 of 6" in said(forgets)
    assert "your function returns None; does every path end with `return`" in said(forgets)
    assert "returns None; does every path end" in said(lambda x, by: x * by if x.dim() == 1 else None)


@pytest.mark.parametrize("clocks", [True, False])
def test_the_search_for_a_reason_ends_though_each_mistake_takes_long(clocks, monkeypatch):
    tried = []

    def slow(x, by):
        tried.append(x)
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        return -x

    if not clocks:
        monkeypatch.delattr(signal, "setitimer")
    monkeypatch.setattr(causes, "SECONDS", 0.5)
    exercise = dataclasses.replace(
        DOUBLE, truth=lambda x, by: x * by, mistakes=[(f"slip {n}", slow) for n in range(99)]
    )
    assert "yours is" in said(lambda x, by: x * by + x.sum() ** 2, exercise)
    assert 0 < len(tried) < 99
