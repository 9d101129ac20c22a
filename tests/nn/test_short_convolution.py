"""A short convolution is PyTorch's, and padding is as if it were not there."""

import pytest
import torch

from course_lib.nn import ShortConvolution
from tests.parity import B, D, T, assert_near


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@torch.no_grad()
def test_a_convolution_sees_the_last_real_tokens_wherever_padding_stands(float64):
    convolution, x = ShortConvolution(D, 3), torch.randn(1, 5, D)
    before = torch.randn(1, 2, D)
    plain, after = convolution(x, before)
    real = torch.tensor([[False, True, True, False, True, False, True, True, False]])
    padded = torch.randn(1, 9, D).masked_scatter(real.unsqueeze(-1), x)
    mixed, after_padded = convolution(padded, before, real)
    assert_near(mixed[real], plain[0], 1e-12)
    assert_near(after_padded, after, 1e-12)


@torch.no_grad()
def test_a_convolution_is_torchs_of_one_group_per_channel(tolerance):
    convolution, x = ShortConvolution(D, 3), torch.randn(B, T, D)
    theirs = torch.nn.functional.conv1d(x.mT, convolution.weight.unsqueeze(1), padding=2, groups=D)[..., :T]
    ours, _ = convolution(x, torch.zeros(B, 2, D))
    assert_near(ours, torch.nn.functional.silu(theirs.mT), tolerance)
