"""A property is named if it is that of all cases which are right, and of no other."""

import pytest
import torch

from course_lib.workshop.exercises.case_patterns import apart
from course_lib.workshop.exercises.checking import examine
from course_lib.workshop.exercises.exercise import find_exercise

X = torch.arange(6.0).view(2, 3)


@pytest.mark.parametrize(
    ("cases", "is_right", "said"),
    [
        ([(X, None), (X, X), (-X, None)], [True, False, True], "right just where `mask` is None"),
        ([(X, None), (X, X), (-X, None)], [False, True, False], "wrong just where `mask` is None"),
        ([(X, 1), (X.double(), 1)], [True, False], "right just where `x` has the dtype float32"),
        ([(X, 1), (X.T, 1)], [True, False], "right just where `x` is contiguous"),
        ([(X[:, :2].clone(), 1), (X, 1)], [True, False], "right just where `x` has equally many rows and columns"),
        ([(X, ["a"]), (X, ["ação"])], [True, False], "right just where `mask` has only English letters"),
        ([(X, 3), (X, 5), (X, 8)], [False, False, True], "right just where `mask` is even"),
        (
            [(X[:, :2].clone(), 7), (X, 8)],
            [True, False],
            "right just where `x` has equally many rows and columns",
        ),
        ([(X, 3), (X, 3)], [True, False], None),
        ([(X, 3), (X, 4)], [True, True], None),
        ([(X, 3), (X, 4)], [False, False], None),
    ],
)
def test_a_property_of_all_right_cases_and_no_other_is_named(cases, is_right, said):
    found = apart(["x", "mask"], cases, is_right)
    assert found == (said and f"of the cases tried, {said}")


def test_an_answer_that_forgets_a_mask_of_one_kind_is_told_where_it_is_right():
    def attention(q, k, v, mask=None):
        weights = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
        return weights @ v if mask is None else weights.sin() @ v

    assert "right just where `mask` is None" in examine(find_exercise("01.5"), attention).message


def test_an_answer_that_is_right_for_the_first_sentence_alone_is_told_so():
    exercise = find_exercise("01.5")

    def attention(q, k, v, mask=None):
        output = exercise.truth(q, k, v, mask)
        return torch.cat([output[:1], output[1:] ** 3 + 1])

    assert "right for sentence 0, and for no other" in examine(exercise, attention).message
