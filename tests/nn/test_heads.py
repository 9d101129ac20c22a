"""Vectors are split into heads and merged again; sizes that don't fit are refused."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import merge_heads, split_heads
from course_lib.nn.heads import head_sizes
from tests.parity import B, D, E, H, T


def test_heads_are_contiguous_slices_and_merging_undoes_splitting():
    x = torch.randn(B, T, D)
    heads = split_heads(x, H)
    assert heads.shape == (B, H, T, E)
    assert torch.equal(heads[:, 1], x[:, :, E : 2 * E])
    assert torch.equal(merge_heads(heads), x)


def test_without_other_sizes_each_head_has_its_keys_and_an_equal_part_of_the_width():
    assert head_sizes(D, H) == (H, E)
    assert head_sizes(D, 6, num_kv_heads=2, d_head=10) == (2, 10)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((D, H + 1), f"{D} and {H + 1}"), ((6 * E, 6, 4), "6 and 4"), ((6 * E, 6, 12), "6 and 12"), ((D, 0), "0 and 0")],
)
def test_heads_that_do_not_divide_are_refused_by_number(arguments, named):
    with pytest.raises(CourseError, match=named):
        head_sizes(*arguments)
