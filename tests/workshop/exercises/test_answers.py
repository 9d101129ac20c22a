"""Right answers are accepted whatever their style; wrong ones are rejected with a message that names the cause.

Right are the solution in other dresses, and what the answers of a lesson add; wrong are the known mistakes, most of
them edits of the solution, what spoils any result, and what the answers of a lesson add.
"""

import importlib.util
import inspect
import pkgutil
import re

import pytest

import course_lib.workshop.exercises
from course_lib.workshop.exercises import check, exercises_of
from course_lib.workshop.exercises.checking import SEED, examine
from course_lib.workshop.exercises.values import Member, first_difference
from tests.workshop.exercises.general import dressed, has_numbers, rounded, spoiled

LESSONS = [
    name[-2:] for _, name, _ in pkgutil.iter_modules(course_lib.workshop.exercises.__path__) if name[:7] == "lesson_"
]
EXERCISES = {name: exercise for lesson in LESSONS for name, exercise in exercises_of(lesson).items()}


def answers_to(name):
    """The module with the answers to an exercise."""
    module = f"answers_{name[:2]}"
    if importlib.util.find_spec(f"tests.workshop.exercises.{module}") is None:
        pytest.fail(
            f"write tests/workshop/exercises/{module}.py: RIGHT and WRONG answers by exercise, as in its neighbors"
        )
    return importlib.import_module(f"tests.workshop.exercises.{module}")


def right(name):
    """The right answers to an exercise: to one that asks for a value, the solution's in other dresses, and others."""
    exercise, written = EXERCISES[name], answers_to(name).RIGHT.get(name, [])
    return written if exercise.wants_a_function else [*dressed(exercise.true_value(())), *written]


def written_wrong(name):
    """The wrong answers that were written for the tests, with a part of the message that each must get."""
    for wrong, said in answers_to(name).WRONG.get(name, []):
        yield completed(EXERCISES[name], wrong), said


def known_mistakes(exercise):
    """The exercise's own mistakes as answers."""
    for cause, wrong in exercise.wrong_answers:
        value = wrong() if not exercise.wants_a_function and inspect.isfunction(wrong) else wrong
        yield (as_written_here(value) if exercise.wants_a_function else completed(exercise, value)), cause


def completed(exercise, wrong):
    """A wrong value whose other parts are right."""
    if exercise.wants_a_function or not isinstance(wrong, dict | Member):
        return wrong
    true = exercise.true_value(())
    return spoil(wrong, true) if isinstance(wrong, Member) else true | {n: spoil(w, true[n]) for n, w in wrong.items()}


def spoil(wrong, true):
    """A wrong value in the place of a true one."""
    return wrong.spoil(true) if isinstance(wrong, Member) else wrong


def as_written_here(answer):
    """The same answer, not taken from the library: that would be a reason of its own to reject it."""
    if isinstance(answer, tuple):
        return tuple(map(as_written_here, answer))
    return (lambda *case: answer(*case)) if inspect.isfunction(answer) else answer


def noted(table):
    """What the answers to all lessons note about exercises in a table of this name, as one dict."""
    modules = [f"tests.workshop.exercises.answers_{lesson}" for lesson in LESSONS]
    tables = [getattr(importlib.import_module(name), table, {}) for name in modules if importlib.util.find_spec(name)]
    return {name: each[name] if isinstance(each, dict) else True for each in tables for name in each}


DEAR = noted("DEAR")  # with many wrong answers, or where each is a training, a whole model, or many cards
FOUR_DECIMALS = noted("FOUR_DECIMALS")


def all_wrong(name):
    """Wrong answers with their causes: those written for the tests, and the known mistakes."""
    return [*written_wrong(name), *known_mistakes(EXERCISES[name])]


def names(cause, message):
    """Whether a message has this cause in it; an axis in braces stands for any index."""
    return re.search(re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(cause)), message)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_right_answer_is_accepted(name, monkeypatch):
    for seed in ("1", "20_011") if EXERCISES[name].wants_a_function else ("1",):
        monkeypatch.setenv(SEED, seed)
        for number, answer in enumerate(right(name)):
            verdict = examine(EXERCISES[name], answer)
            assert verdict.points == EXERCISES[name].points, f"right answer {number}: {verdict.message}"


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n in DEAR else ()) for n in EXERCISES])
def test_every_wrong_answer_is_rejected_and_its_cause_named(name, monkeypatch):
    monkeypatch.setenv(SEED, "20_011")
    for answer, cause in all_wrong(name):
        verdict = examine(EXERCISES[name], answer)
        assert verdict.points < EXERCISES[name].points, f"accepted, though {cause}"
        assert names(cause, verdict.message), f"{cause!r} is not in: {verdict.message}"


@pytest.mark.parametrize("name", [n for n, e in EXERCISES.items() if not e.wants_a_function and n not in FOUR_DECIMALS])
def test_two_decimals_of_a_value_are_enough(name):
    exercise = EXERCISES[name]
    assert examine(exercise, rounded(exercise.true_value(()), 2)).points == exercise.points


@pytest.mark.parametrize("name", EXERCISES)
def test_a_true_result_that_was_spoiled_is_none(name):
    exercise = EXERCISES[name]
    true = [exercise.true_value(case) for case in exercise.draw_cases([20_011])]
    wrong = [dict(spoiled(value)) for value in true]
    for what in set().union(*wrong):
        pairs = [(bad.get(what, value), value) for bad, value in zip(wrong, true, strict=True)]
        assert any(first_difference(*pair, exercise.tolerance) for pair in pairs), f"accepted: {what}"


@pytest.mark.parametrize("name", [n for n, e in EXERCISES.items() if e.wants_a_function and e.draw_cases([1]) != [()]])
def test_who_knows_the_numbers_of_the_visible_cases_by_heart_is_refused(name):
    exercise = EXERCISES[name]
    seeds = range(1, 4), range(20_011, 20_014)
    known, hidden = ([exercise.true_value(case) for case in exercise.draw_cases(three)] for three in seeds)
    pairs = [(a, b) for a, b in zip(known, hidden, strict=True) if has_numbers(b)]
    assert not pairs or any(first_difference(*pair, exercise.tolerance) for pair in pairs)


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_that_was_not_attempted_says_so(name, capsys):
    def stub(*case):
        pass

    exercise = EXERCISES[name]
    true = exercise.truth
    several = len(true) if isinstance(true, tuple) else 0
    empty = (stub,) * several if several else stub if exercise.wants_a_function else None
    assert check(name, empty) == 0
    assert f"{name} not attempted yet" in capsys.readouterr().out


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_answer_is_to_an_exercise(lesson):
    answers = answers_to(lesson)
    assert answers.RIGHT.keys() | answers.WRONG.keys() <= exercises_of(lesson).keys()
