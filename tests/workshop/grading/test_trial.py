"""What goes into the sandbox is enough to try an answer, and has no truth in it."""

import ast
import io
from itertools import groupby

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.exercises.checking import SEED, judge, seeds
from course_lib.workshop.grading.inside import unpacked
from course_lib.workshop.grading.trial import excerpt, trial_of
from course_lib.workshop.remote import Attempt, attempt, read_message, write_message
from tests.workshop.exercises.test_answers import DEAR, EXERCISES, names, right, written_wrong

LESSONS = [list(group) for _, group in groupby(EXERCISES, lambda name: name.split(".")[0])]
FIRST = [pytest.param(first, marks=pytest.mark.slow) if first in DEAR else first for first, *rest in LESSONS]
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for first, *rest in LESSONS for name in rest]


def sent(value):
    """A value after its way through a pipe."""
    pipe = io.BytesIO()
    write_message(pipe, value)
    pipe.seek(0)
    return read_message(pipe)


def verdict_from_afar(name, answer):
    """The verdict on an answer that is tried with nothing but the trial, and whose results travel back."""
    exercise = EXERCISES[name]
    run, cases = unpacked(sent(trial_of(exercise)))
    tried = Attempt.from_data(sent(attempt(answer, run, cases).as_data()))
    return judge(exercise, exercise.draw_cases(seeds()), tried)


@pytest.mark.parametrize("name", EXERCISES)
def test_no_truth_goes_in(name):
    truth = EXERCISES[name].truth
    wanted = {function.__name__ for function in (truth if isinstance(truth, tuple) else (truth,))}
    defined = {node.name for node in ast.walk(ast.parse(trial_of(EXERCISES[name])["code"])) if hasattr(node, "name")}
    assert not wanted & defined


@pytest.mark.parametrize("name", FIRST + OTHERS)
def test_every_right_answer_is_accepted_from_afar(name, monkeypatch):
    monkeypatch.setenv(SEED, "20_011")
    for number, answer in enumerate(right(name)):
        verdict = verdict_from_afar(name, answer)
        assert verdict.points == EXERCISES[name].points, f"right answer {number}: {verdict.message}"


@pytest.mark.slow
@pytest.mark.parametrize("name", FIRST)  # the others go the same way
def test_every_wrong_answer_is_rejected_from_afar_and_its_cause_named(name, monkeypatch):
    monkeypatch.setenv(SEED, "20_011")
    for answer, cause in written_wrong(name):
        verdict = verdict_from_afar(name, answer)
        assert verdict.points < EXERCISES[name].points, f"accepted, though {cause}"
        assert names(cause, verdict.message), f"{cause!r} is not in: {verdict.message}"


def test_code_inside_of_a_function_can_not_be_cut_out():
    def run(answer, *case):
        return answer(*case)

    with pytest.raises(CourseError, match="must be defined at the top of its file"):
        excerpt(run)
