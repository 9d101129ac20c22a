"""An answer is applied to a copy of each case; what it raises is told with the student's line."""

import pytest
import torch

from course_lib.workshop.exercises.exercise import call
from course_lib.workshop.remote import Attempt, attempt


def test_each_case_is_tried_whatever_happens_in_another():
    seen = []

    def answer(x):
        seen.append(x)
        return 6 // x

    tried = attempt(answer, call, [(0,), (2,), (3,)])
    assert seen[:3] == [0, 2, 3]
    assert tried.given[1:] == [3, 2]
    assert str(tried.given[0]).startswith("your code raises ZeroDivisionError: ")
    assert str(tried.given[0]).endswith("in the line `return 6 // x`")


def test_an_answer_that_remembers_earlier_calls_is_known():
    calls = []
    assert attempt(lambda x: (calls.append(x), len(calls))[1], call, [(0,), (2,)]).remembers
    for steady in (lambda x: x + 1, lambda x: float("nan"), lambda x: [1 / x]):
        assert not attempt(steady, call, [(0,), (2,)]).remembers


@pytest.mark.parametrize("missing", [None, ..., (None, None), {"a": None}])
def test_a_missing_answer_is_tried_on_nothing(missing):
    assert attempt(missing, call, [(1,)]).given == []


def test_an_attempt_is_the_same_after_its_way_as_data():
    tried = attempt(lambda x: 1 // x, call, [(1,), (0,)])
    assert Attempt.from_data(tried.as_data()) == tried


@pytest.mark.parametrize("data", [None, 7, (), ([1], True, ""), ([(False, [1, 2, 3, 4])], True, "")])
def test_what_is_no_attempt_is_refused(data):
    with pytest.raises((TypeError, ValueError)):
        Attempt.from_data(data)


def test_an_argument_that_was_written_into_is_named_by_its_place():
    x, words = torch.ones(2), ["a"]
    assert attempt(lambda x, words: x.add(1), call, [(x, words)]).changed == -1
    assert attempt(lambda x, words: x.add_(1), call, [(x, words)]).changed == 0
    assert attempt(lambda x, words: words.append("b"), call, [(x, words)]).changed == 1
    assert attempt(lambda x: 1, call, [(torch.tensor([float("nan")]),)]).changed == -1
