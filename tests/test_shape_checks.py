"""Shapes that signatures state are checked, of each test the first calls; where they rest, wrong ones pass."""

import jaxtyping
import pytest
import torch

from course_lib.nn import attention_weights
from tests import shape_checks

QUERIES, KEYS = torch.randn(2, 3, 5, 7), torch.randn(2, 3, 11, 7)
WRONG = torch.randn(3, 11, 7)  # without a batch


def test_a_shape_that_does_not_read_as_its_letters_is_refused():
    attention_weights(QUERIES, KEYS)
    with pytest.raises(jaxtyping.TypeCheckError, match="parameters of course_lib.nn.attention.attention_weights"):
        attention_weights(QUERIES, WRONG)


def test_after_many_calls_the_checks_rest_until_the_next_test():
    for _ in range(shape_checks.MOST // 2):
        attention_weights(QUERIES, KEYS)
    attention_weights(QUERIES, WRONG)
    shape_checks.switch(on=True)
    with pytest.raises(jaxtyping.TypeCheckError):
        attention_weights(QUERIES, WRONG)


def test_a_test_may_do_without_them(shapes_unchecked):
    attention_weights(QUERIES, WRONG)
