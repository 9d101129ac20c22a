"""Attention with rotations: equal to the plain layer where nothing turns, and to a formula where it does."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import CausalSelfAttention, GatedFeedForward, Rotary, View
from tests.parity import D_FF, B, D, T, assert_near, shake

HEADS, KV_HEADS, E = 6, 2, 10


def test_query_head_by_query_head_it_is_the_formula(tolerance):
    rotary, heads = Rotary(E), []
    ours = shake(CausalSelfAttention(D, HEADS, KV_HEADS, E, rotary=rotary))
    x, positions = torch.randn(B, T, D), torch.arange(T)
    for h in range(HEADS):
        g = h // (HEADS // KV_HEADS)
        q, k, v = (
            (x @ proj.weight[i * E : (i + 1) * E].T).unsqueeze(1)
            for proj, i in ((ours.q_proj, h), (ours.k_proj, g), (ours.v_proj, g))
        )
        scores = rotary(q, positions) @ rotary(k, positions).transpose(-2, -1) / E**0.5
        weights = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -torch.inf).softmax(-1)
        heads.append((weights @ v).squeeze(1))
    expected = torch.cat(heads, dim=-1) @ ours.o_proj.weight.T
    assert_near(ours(x, View(x), 0), expected, tolerance)


def test_queries_and_keys_are_normalized_before_they_are_turned(tolerance):
    ours, x = shake(CausalSelfAttention(D, HEADS, KV_HEADS, E, bias=True)), torch.randn(B, T, D)
    ours.q_norm, ours.k_norm = shake(torch.nn.RMSNorm(E)), shake(torch.nn.RMSNorm(E))
    seen, view = [], View(x)
    view.rotate = lambda x, rotary: seen.append(x) or x
    ours(x, view, 0)
    for norm, proj, heads, turned in zip(
        (ours.q_norm, ours.k_norm), (ours.q_proj, ours.k_proj), (HEADS, KV_HEADS), seen, strict=True
    ):
        assert_near(turned, norm(proj(x).view(B, T, heads, E)).transpose(1, 2), tolerance)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((D, 5, 2), "multiple of num_kv_heads, got 5 and 2"),
        ((D, 7, 7), f"multiple of num_heads, got {D} and 7"),
        ((D, 3, 0), "multiple of num_kv_heads, got 3 and 0"),
    ],
)
def test_heads_that_do_not_fit_are_refused(sizes, message):
    with pytest.raises(CourseError, match=message):
        CausalSelfAttention(*sizes)


def test_a_gate_of_zero_lets_nothing_through_and_the_formula_holds(tolerance):
    network, x = shake(GatedFeedForward(D, D_FF)), torch.randn(B, T, D)
    gate = x @ network.gate_proj.weight.T
    expected = (gate / (1 + (-gate).exp()) * (x @ network.up_proj.weight.T)) @ network.down_proj.weight.T
    assert_near(network(x), expected, tolerance)
    torch.nn.init.zeros_(network.gate_proj.weight)
    assert torch.equal(network(x), torch.zeros(B, T, D))
