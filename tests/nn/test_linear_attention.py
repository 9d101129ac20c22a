"""Linear attention: φ(q)·φ(k) as weights, whether they are summed over keys or kept as one matrix."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.nn import LinearAttention, View, linear_attention, split_heads
from course_lib.nn.attention import merge_heads
from tests.nn.read import read, recurrent_cache
from tests.parity import B, D, E, H, T, assert_near, shake

LENGTH, VALUE = 17, 7


@pytest.fixture
def parts():
    torch.set_default_dtype(torch.float64)
    yield torch.randn(B, H, LENGTH, E), torch.randn(B, H, LENGTH, E), torch.randn(B, H, LENGTH, VALUE)
    torch.set_default_dtype(torch.float32)


def token_by_token(q, k, v, state):
    """What is read, and the memory at the end: at each token k vᵀ is added, and q multiplies."""
    outputs = []
    for t in range(q.shape[2]):
        state = state + k[:, :, t, :, None] * v[:, :, t, None, :]
        outputs.append(q[:, :, t, None, :] @ state)
    return torch.cat(outputs, dim=2), state


@pytest.mark.parametrize("chunk", [1, 5, LENGTH, 64])
def test_by_chunks_and_token_by_token_it_reads_the_same_and_remembers_the_same(parts, chunk):
    state = torch.randn(B, H, E, VALUE)
    for ours, steps in zip(linear_attention(*parts, state, chunk), token_by_token(*parts, state), strict=True):
        assert_near(ours, steps, 1e-10)


def test_its_weights_are_never_negative_and_sum_to_one(tolerance):
    layer, x = shake(LinearAttention(D, H)), torch.randn(B, T, D)
    q, k = (F.elu(split_heads(proj(x), H)) + 1 for proj in (layer.q_proj, layer.k_proj))
    scores = (q @ k.mT).tril()
    weights = scores / scores.sum(dim=-1, keepdim=True)
    assert (weights >= 0).all()
    expected = layer.o_proj(merge_heads(weights @ split_heads(layer.v_proj(x), H)))
    assert_near(read(layer, x), expected, 10 * tolerance)


@torch.no_grad()
def test_what_it_keeps_does_not_grow_and_goes_with_the_rows():
    layer, (cache, state) = LinearAttention(D, H), recurrent_cache()
    for length in (T, 1, LENGTH):
        read(layer, torch.randn(B, length, D), cache)
        assert state.nbytes == B * H * E * (E + 1) * 4
    (held,) = state.held
    state.select(torch.tensor([1, 1, 0]))
    assert torch.equal(state.held[0], held[[1, 1, 0]])


@torch.no_grad()
def test_where_nothing_real_was_read_the_answer_is_zero():
    x, nowhere = torch.randn(B, 1, D), torch.full((B, 1), -1)
    assert not LinearAttention(D, H)(x, View(x, nowhere), 0).any()
