"""The feed-forward network is PyTorch's two layers, and reads each token by itself."""

import torch
from torch import nn

from course_lib.nn import FeedForward
from tests.parity import D_FF, B, D, T, assert_near, shake


def test_it_is_two_linear_layers_with_relu_between_them(tolerance):
    ours = shake(FeedForward(D, D_FF))
    theirs, x = nn.Sequential(ours.up_proj, nn.ReLU(), ours.down_proj), torch.randn(B, T, D)
    assert_near(ours(x), theirs(x), tolerance)


def test_a_token_changes_nothing_for_the_others(tolerance):
    ours, x = shake(FeedForward(D, D_FF, activation=torch.tanh)), torch.randn(B, T, D)
    other = x.index_fill(1, torch.tensor([2]), 0.0)
    same = [t for t in range(T) if t != 2]
    assert_near(ours(other)[:, same], ours(x)[:, same], tolerance)
    assert not torch.isclose(ours(other)[:, 2], ours(x)[:, 2]).all()


def test_it_may_do_without_bias():
    assert [name for name, _ in FeedForward(D, D_FF, bias=False).named_parameters()] == [
        "up_proj.weight",
        "down_proj.weight",
    ]
