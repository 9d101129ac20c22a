"""RMSNorm: equal to torch's, and blind to the length of a vector but not to its mean."""

import pytest
import torch
from torch import nn
from torch.func import functional_call

from course_lib.nn import RMSNorm
from tests.parity import B, D, T, assert_near, assert_same_function, shake


@pytest.mark.parametrize("eps", [1e-6, 1e-2])
def test_the_norm_equals_torch(eps, tolerance):
    ours, x = shake(RMSNorm(D, eps)), torch.randn(B, T, D, requires_grad=True)
    theirs = functional_call(nn.RMSNorm(D, eps), {"weight": ours.weight}, x)
    assert_same_function(ours(x), theirs, [x, ours.weight], tolerance)


def test_each_vector_comes_out_with_a_root_mean_square_of_one(tolerance):
    out = RMSNorm(D, eps=0.0)(5 + 100 * torch.randn(B, T, D))
    assert_near(out.square().mean(-1), torch.ones(B, T), tolerance)


def test_the_length_of_a_vector_does_not_matter_and_its_mean_does(tolerance):
    norm, x = shake(RMSNorm(D, eps=0.0)), torch.randn(B, T, D)
    assert_near(norm(7 * x), norm(x), tolerance)
    assert not torch.isclose(norm(x + 1), norm(x)).all(-1).any()


def test_a_vector_of_zeros_stays_one():
    assert torch.equal(RMSNorm(D)(torch.zeros(B, D)), torch.zeros(B, D))
