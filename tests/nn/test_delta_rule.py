"""The gated delta rule: a state that returns what was written last, in steps or in chunks."""

import pytest
import torch

from course_lib.nn import delta_rule, delta_rule_steps
from tests.parity import B, E, H, assert_near

LENGTH, VALUE = 17, 7


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def unit(*sizes):
    return torch.nn.functional.normalize(torch.randn(*sizes), dim=-1)


@pytest.mark.parametrize("chunk", [1, 5, LENGTH, 64])
@pytest.mark.parametrize("fading", [0.0, 0.1, 5.0])
def test_by_chunks_and_token_by_token_it_reads_the_same_and_remembers_the_same(chunk, fading, float64):
    sizes = B, H, LENGTH
    parts = unit(*sizes, E), unit(*sizes, E), torch.randn(*sizes, VALUE), torch.rand(sizes), -fading * torch.rand(sizes)
    state = torch.randn(B, H, E, VALUE)
    for ours, steps in zip(delta_rule(*parts, state, chunk), delta_rule_steps(*parts, state), strict=True):
        assert_near(ours, steps, 1e-10)


def test_what_is_written_in_full_is_answered_whatever_was_there_and_other_keys_are_not_touched(float64):
    k, other = torch.eye(E)[0], torch.eye(E)[1]
    state, v = torch.randn(1, 1, E, VALUE), torch.randn(1, 1, 1, VALUE)
    k, other = k.view(1, 1, 1, E), other.view(1, 1, 1, E)
    answer, after = delta_rule(k, k, v, torch.ones(1, 1, 1), torch.zeros(1, 1, 1), state)
    assert_near(answer, v, 1e-12)
    assert_near(other @ after, other @ state, 1e-12)


def test_what_has_faded_is_gone(float64):
    k, v, none = unit(1, 1, 1, E), torch.randn(1, 1, 1, VALUE), torch.zeros(1, 1, 1)
    state = torch.randn(1, 1, E, VALUE)
    read, after = delta_rule_steps(k, k, v, none, none + torch.tensor(0.25).log(), state)
    assert_near(after, state / 4, 1e-12)
    assert_near(read, k @ state / 4, 1e-12)
