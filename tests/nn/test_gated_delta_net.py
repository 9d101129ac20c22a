"""A layer with the gated delta rule: what it keeps, and which heads it may have."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import GatedDeltaNet
from tests.nn.read import read, recurrent_cache
from tests.parity import B, D, E, T, shake

LENGTH, VALUE = 17, 7


@torch.no_grad()
def test_what_it_keeps_is_a_matrix_for_each_head_and_the_last_tokens_of_the_convolution():
    layer, (cache, state) = shake(GatedDeltaNet(D, 6, E, VALUE, num_key_heads=2, kernel_size=3)), recurrent_cache()
    for length in (T, 1, LENGTH):
        read(layer, torch.randn(B, length, D), cache)
        assert state.nbytes == 4 * B * (6 * E * VALUE + 2 * (2 * 2 * E + 6 * VALUE))


def test_heads_that_do_not_fit_are_refused():
    with pytest.raises(CourseError, match="num_heads must be a multiple of num_key_heads, got 6 and 4"):
        GatedDeltaNet(D, 6, E, VALUE, num_key_heads=4)
