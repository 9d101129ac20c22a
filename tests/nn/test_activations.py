"""Activations by name."""

import torch

from course_lib.nn import ACTIVATIONS


def test_all_of_them_are_near_zero_far_below_and_near_the_identity_far_above():
    far = torch.tensor([-30.0, 0.0, 30.0])
    for function in ACTIVATIONS.values():
        torch.testing.assert_close(function(far), torch.tensor([0.0, 0.0, 30.0]), rtol=0, atol=1e-5)


def test_quick_gelu_is_the_one_of_the_first_clip():
    x = torch.linspace(-5, 5, 101)
    torch.testing.assert_close(ACTIVATIONS["quick_gelu"](x), x / (1 + torch.exp(-1.702 * x)))
    assert 0.01 < (ACTIVATIONS["quick_gelu"](x) - ACTIVATIONS["gelu"](x)).abs().max() < 0.03
