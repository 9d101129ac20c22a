"""Soft-capping: nothing goes beyond the cap, what is small stays, and masks hold."""

import math

import pytest
import torch

from course_lib.nn import SoftcappedAttention, attention_weights, causal_mask, scaled_dot_product_attention, softcap
from tests.parity import B, E, H, T, assert_near

HEADS, KV_HEADS = 2 * H, H
POSITIONS = torch.tensor([[-1, -1, 0, 1, 2], [0, 1, 2, 3, 4]])


def inputs():
    return torch.randn(B, HEADS, T, E), *torch.randn(2, B, KV_HEADS, T, E)


def mask():
    """Causal, and nobody attends to the padding of the first row: its first two queries see nothing."""
    return causal_mask(POSITIONS) & (POSITIONS >= 0)[:, None, None, :]


def test_the_cap_is_the_limit_and_small_numbers_stay():
    x = torch.tensor([-1e6, -0.01, 0.0, 0.01, 50.0, 1e6])
    assert_near(softcap(x, 50.0), torch.tensor([-50.0, -0.01, 0.0, 0.01, 50 * math.tanh(1), 50.0]), 1e-6)


def test_a_cap_that_is_far_away_changes_nothing(tolerance):
    q, k, v = inputs()
    for m in (mask(), None):
        assert_near(SoftcappedAttention(1e7)(q, k, v, m), scaled_dot_product_attention(q, k, v, m), tolerance)


def test_weights_are_the_formula(tolerance):
    (q, k, _), cap = inputs(), 0.7
    weights = attention_weights(q, k, mask(), cap)
    for b, h, t, s in [(0, 1, 4, 2), (1, 5, 3, 0), (1, 2, 2, 2)]:
        scores = [cap * math.tanh(float(q[b, h, t] @ k[b, h // 2, j]) / math.sqrt(E) / cap) for j in range(t + 1)]
        seen = [math.exp(score) for j, score in enumerate(scores) if POSITIONS[b, j] >= 0]
        assert float(weights[b, h, t, s]) == pytest.approx(math.exp(scores[s]) / sum(seen), abs=tolerance)


def test_a_query_that_may_attend_to_nothing_gives_zeros_and_finite_gradients():
    q, k, v = (x.requires_grad_() for x in inputs())
    out = SoftcappedAttention(3.0)(q, k, v, mask())
    assert (out[0, :, :2] == 0).all()
    out.sum().backward()
    assert all(x.grad.isfinite().all() for x in (q, k, v))
