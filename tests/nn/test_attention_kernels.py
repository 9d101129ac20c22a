"""The attention kernels: all shortcuts equal the explicit weights, and a query without keys gets zeros."""

import math

import pytest
import torch
import torch.nn.functional as F

from course_lib.nn import attention_kernels, attention_weights, scaled_dot_product_attention
from tests.parity import B, E, H, S, T, assert_near, assert_same_function

K = 2  # key-value heads, for 2 · 3 query heads

MASKS = {
    "no mask": lambda: None,
    "bool": lambda: torch.arange(S) <= torch.arange(T)[:, None],
    "bool per row": lambda: (torch.rand(B, 1, T, S) < 0.6) | (torch.arange(S) == 3),
    "float": lambda: torch.randn(B, 1, T, S),
    "float with -inf": lambda: torch.randn(B, 1, T, S).masked_fill(torch.arange(S) == 2, -math.inf),
}
each_mask = pytest.mark.parametrize("make_mask", MASKS.values(), ids=MASKS.keys())
both_ways = pytest.mark.parametrize(
    "attend",
    [scaled_dot_product_attention, lambda q, k, v, mask: attention_weights(q, k, mask) @ v],
    ids=["fused", "step by step"],
)


def queries_keys_values(num_kv_heads=H, num_heads=H):
    return (
        torch.randn(B, num_heads, T, E, requires_grad=True),
        torch.randn(B, num_kv_heads, S, E, requires_grad=True),
        torch.randn(B, num_kv_heads, S, E, requires_grad=True),
    )


@each_mask
@pytest.mark.parametrize("num_kv_heads", [1, K, 3 * K])
def test_the_fused_kernel_equals_the_explicit_weights(num_kv_heads, make_mask, tolerance):
    mask = make_mask()
    q, k, v = queries_keys_values(num_kv_heads, num_heads=3 * K)
    weights = attention_weights(q, k, mask)
    explicit = weights @ v.repeat_interleave(3 * K // num_kv_heads, dim=1)
    assert_same_function(scaled_dot_product_attention(q, k, v, mask), explicit, [q, k, v], tolerance)
    assert_near(weights.sum(-1), torch.ones(B, 3 * K, T), tolerance)


BOOL_MASKS = {
    "causal": lambda: torch.arange(S) <= torch.arange(T)[:, None],
    "window": lambda: (torch.arange(S) - torch.arange(T)[:, None]).abs() < 2,
    "per row": MASKS["bool per row"],
    "a block sees nothing": lambda: (torch.arange(T)[:, None] > 1).expand(T, S),
    "the same for all": lambda: (torch.arange(S) > 2)[None],
}


@pytest.mark.parametrize("make_mask", BOOL_MASKS.values(), ids=BOOL_MASKS.keys())
@pytest.mark.parametrize("num_kv_heads", [K, 3 * K])
def test_many_queries_attend_in_blocks_to_the_same(num_kv_heads, make_mask, tolerance, monkeypatch):
    monkeypatch.setattr(attention_kernels, "BLOCK", 2)
    mask = make_mask()
    q, k, v = queries_keys_values(num_kv_heads, num_heads=3 * K)
    explicit = attention_weights(q, k, mask) @ v.repeat_interleave(3 * K // num_kv_heads, dim=1)
    assert_same_function(scaled_dot_product_attention(q, k, v, mask), explicit, [q, k, v], tolerance)


def test_a_block_of_queries_reads_no_more_keys_than_it_may_attend_to(monkeypatch):
    monkeypatch.setattr(attention_kernels, "BLOCK", 2)
    read, kernel = [], F.scaled_dot_product_attention
    monkeypatch.setattr(
        F, "scaled_dot_product_attention", lambda q, k, *a, **b: read.append(k) or kernel(q, k, *a, **b)
    )
    window = torch.ones(T, T, dtype=torch.bool).tril().triu(-1)
    x = torch.randn(B, H, T, E)
    scaled_dot_product_attention(x, x, x, window)
    starts = range(0, T, 2)
    assert [part.shape[2] for part in read] == [min(T, start + 2) - max(0, start - 1) for start in starts]


@each_mask
@pytest.mark.parametrize("per_head", [False, True], ids=["all heads", "per head"])
def test_one_query_per_head_gives_the_last_row_of_many(per_head, make_mask, tolerance):
    mask = make_mask()
    if mask is not None:
        mask = mask.expand(B, 3 * K, T, S) if per_head else mask
    q, k, v = queries_keys_values(K, num_heads=3 * K)
    v = torch.randn(B, K, S, E + 2)  # values may be wider than keys
    last = None if mask is None else mask[..., -1:, :]
    alone = scaled_dot_product_attention(q[:, :, -1:], k, v, last)
    assert_near(alone, scaled_dot_product_attention(q, k, v, mask)[:, :, -1:], tolerance)


@pytest.mark.parametrize("kind", ["bool", "float"])
@both_ways
def test_a_fully_masked_row_gives_zeros_and_no_gradient(attend, kind, tolerance):
    blind = 3
    may_attend = torch.ones(T, S, dtype=torch.bool)
    may_attend[blind] = False
    mask = may_attend if kind == "bool" else torch.zeros(T, S).masked_fill(~may_attend, -math.inf)
    q, k, v = queries_keys_values()
    out = attend(q, k, v, mask)
    assert torch.equal(out[:, :, blind], torch.zeros(B, H, E))
    assert out[:, :, :blind].abs().min() > 0

    gradients = torch.autograd.grad(out.square().sum(), [q, k, v])
    assert torch.equal(gradients[0][:, :, blind], torch.zeros(B, H, E))
    seeing = [i for i in range(T) if i != blind]
    expected = torch.autograd.grad(attend(q[:, :, seeing], k, v, None).square().sum(), [q, k, v])
    for gradient, without_the_row in zip(gradients, expected, strict=True):
        assert_near(gradient, without_the_row, tolerance)
