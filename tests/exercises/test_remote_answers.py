"""A verdict is the same when the answer stays in another process."""

from itertools import groupby

import pytest

from course_lib.exercises.checking import SEED, examine
from tests.exercises.test_answers import DEAR, EXERCISES, names, right, written_wrong
from tests.remote.two_sides import connected

FUNCTIONS = [name for name, exercise in EXERCISES.items() if exercise.wants_a_function]

LESSONS = [list(group) for _, group in groupby(FUNCTIONS, lambda name: name.split(".")[0])]
FIRST = [pytest.param(first, marks=pytest.mark.slow) if first in DEAR else first for first, *rest in LESSONS]
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for first, *rest in LESSONS for name in rest]


@pytest.mark.parametrize("name", FIRST + OTHERS)
def test_every_right_answer_is_accepted_from_afar(name, monkeypatch):
    monkeypatch.setenv(SEED, "20_011")
    for number, answer in enumerate(right(name)):
        with connected(answer=lambda answer=answer: answer) as peer:
            verdict = examine(EXERCISES[name], peer.call("answer"))
            assert verdict.points == EXERCISES[name].points, f"right answer {number}: {verdict.message}"


@pytest.mark.slow
@pytest.mark.parametrize("name", FIRST)  # the others go the same way
def test_every_wrong_answer_is_rejected_from_afar_and_its_cause_named(name, monkeypatch):
    monkeypatch.setenv(SEED, "20_011")
    for answer, cause in written_wrong(name):
        with connected(answer=lambda answer=answer: answer) as peer:
            verdict = examine(EXERCISES[name], peer.call("answer"))
            assert verdict.points == 0, f"accepted, though {cause}"
            assert names(cause, verdict.message), f"{cause!r} is not in: {verdict.message}"
