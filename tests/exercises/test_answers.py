"""Right answers are accepted whatever their style; wrong ones are rejected with a message that names the cause."""

import importlib
import inspect
import pkgutil
import re

import pytest

import course_lib.exercises
from course_lib.exercises import check, exercises_of
from course_lib.exercises.checking import SEED, examine

LESSONS = [name[-2:] for _, name, _ in pkgutil.iter_modules(course_lib.exercises.__path__) if name[:7] == "lesson_"]
EXERCISES = {name: exercise for lesson in LESSONS for name, exercise in exercises_of(lesson).items()}


def answers_to(name):
    """The module with the answers to an exercise."""
    return importlib.import_module(f"tests.exercises.answers_{name[:2]}")


def right(name):
    """The right answers to an exercise."""
    return answers_to(name).RIGHT[name]


def written_wrong(name):
    """The wrong answers that were written for the tests, with a part of the message that each must get."""
    return answers_to(name).WRONG[name]


def known_mistakes(exercise):
    """The exercise's own mistakes as answers; a mistake in a part of a dict leaves the other parts right."""
    for cause, wrong in exercise.mistakes:
        wrong = wrong() if not exercise.wants_a_function and inspect.isfunction(wrong) else wrong
        yield ({**exercise.true_value(()), **wrong} if isinstance(wrong, dict) else as_written_here(wrong)), cause


def as_written_here(answer):
    """The same answer, not taken from the library: that would be a reason of its own to reject it."""
    if isinstance(answer, tuple):
        return tuple(map(as_written_here, answer))
    return (lambda *case: answer(*case)) if inspect.isfunction(answer) else answer


def all_wrong(name):
    """Wrong answers with their causes: those written for the tests, and the known mistakes."""
    return [*written_wrong(name), *known_mistakes(EXERCISES[name])]


def names(cause, message):
    """Whether a message has this cause in it; an axis in braces stands for any index."""
    return re.search(re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(cause)), message)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_right_answer_is_accepted(name, monkeypatch):
    for seed in ("1", "20_011"):
        monkeypatch.setenv(SEED, seed)
        for number, answer in enumerate(right(name)):
            verdict = examine(EXERCISES[name], answer)
            assert verdict.points == EXERCISES[name].points, f"right answer {number}: {verdict.message}"


@pytest.mark.parametrize("name", EXERCISES)
def test_every_wrong_answer_is_rejected_and_its_cause_named(name, monkeypatch):
    monkeypatch.setenv(SEED, "20_011")
    for answer, cause in all_wrong(name):
        verdict = examine(EXERCISES[name], answer)
        assert verdict.points == 0, f"accepted, though {cause}"
        assert names(cause, verdict.message), f"{cause!r} is not in: {verdict.message}"


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_three_right_and_five_wrong_answers(name):
    assert len(right(name)) >= 3
    assert len(written_wrong(name)) >= 1, "at least one that was not written together with the exercise"
    assert len(all_wrong(name)) >= 5


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_that_was_not_attempted_says_so(name, capsys):
    def stub(*case):
        pass

    exercise = EXERCISES[name]
    true = exercise.truth
    several = len(true) if exercise.wants_a_function and isinstance(true, tuple) else 0
    empty = (stub,) * several if several else stub if exercise.wants_a_function else None
    assert check(name, empty) == 0
    assert f"{name} not attempted yet" in capsys.readouterr().out


def test_the_counts(capsys):
    counts = [sum(len(answers(name)) for name in EXERCISES) for answers in (right, all_wrong)]
    with capsys.disabled():
        print(f"\n{len(EXERCISES)} exercises, {counts[0]} right answers, {counts[1]} wrong ones")
    for lesson in LESSONS:
        answers = answers_to(lesson)
        assert answers.RIGHT.keys() == answers.WRONG.keys() == exercises_of(lesson).keys()
