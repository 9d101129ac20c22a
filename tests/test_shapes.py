"""`check_shape` reads a shape aloud: letters, digits, and what they are bound to."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.shapes import LEGEND, check_shape

TENSOR = torch.zeros(2, 5, 33)


def test_a_shape_that_reads_as_its_letters_passes_the_tensor_on():
    assert check_shape(TENSOR, "B T D", B=2, D=33) is TENSOR
    assert check_shape(TENSOR, "2 T 33") is TENSOR


@pytest.mark.parametrize(
    ("letters", "sizes", "message"),
    [
        ("B T", {}, r"expected 2 axes \(B T\), got shape \(2, 5, 33\)"),
        ("B T D", {"T": 7}, r"axis T \(query length \(target tokens\)\) of B T D should be 7, got 5 in shape"),
        ("B T B", {}, r"axis B \(batch\) of B T B should be 2, got 33"),
        ("B 3 D", {}, "axis 3 of B 3 D should be 3, got 5"),
        ("B T Q", {"Q": 1}, "axis Q of B T Q should be 1, got 33"),
    ],
)
def test_a_shape_that_reads_otherwise_is_refused_and_both_are_named(letters, sizes, message):
    with pytest.raises(CourseError, match=message):
        check_shape(TENSOR, letters, **sizes)


def test_every_letter_of_the_legend_is_one_capital_with_a_meaning():
    assert all(len(letter) == 1 and letter.isupper() and meaning for letter, meaning in LEGEND.items())
