"""The gated delta rule: a memory that answers with what was written last, in steps or in chunks."""

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
    memory = torch.randn(B, H, E, VALUE)
    for ours, steps in zip(delta_rule(*parts, memory, chunk), delta_rule_steps(*parts, memory), strict=True):
        assert_near(ours, steps, 1e-10)


def test_what_is_written_in_full_is_answered_whatever_was_there_and_other_keys_are_not_touched(float64):
    k, other = torch.eye(E)[0], torch.eye(E)[1]
    memory, v = torch.randn(1, 1, E, VALUE), torch.randn(1, 1, 1, VALUE)
    k, other = k.view(1, 1, 1, E), other.view(1, 1, 1, E)
    answer, after = delta_rule(k, k, v, torch.ones(1, 1, 1), torch.zeros(1, 1, 1), memory)
    assert_near(answer, v, 1e-12)
    assert_near(other @ after, other @ memory, 1e-12)


def test_what_has_faded_is_gone(float64):
    k, v, none = unit(1, 1, 1, E), torch.randn(1, 1, 1, VALUE), torch.zeros(1, 1, 1)
    memory = torch.randn(1, 1, E, VALUE)
    read, after = delta_rule_steps(k, k, v, none, none + torch.tensor(0.25).log(), memory)
    assert_near(after, memory / 4, 1e-12)
    assert_near(read, k @ memory / 4, 1e-12)
