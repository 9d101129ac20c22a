"""Causal self-attention equals torch's with a causal mask, and layers can share keys and values."""

import torch

from course_lib.nn import CausalSelfAttention, Rotary, SharedAttention, View
from tests.nn.read import read
from tests.parity import B, D, E, H, T, assert_near, assert_same_function, attention_twin, shake

K = 2  # key-value heads, for 2 · 3 query heads


def test_without_rotation_it_equals_torch_with_a_causal_mask(tolerance):
    ours, x = shake(CausalSelfAttention(D, H, bias=True, output_bias=True)), torch.randn(B, T, D, requires_grad=True)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    theirs, _ = attention_twin(ours)(x, x, x, attn_mask=later)
    assert_same_function(read(ours, x), theirs, [x, *ours.parameters()], tolerance)


def test_shared_key_value_heads_equal_repeated_ones(tolerance):
    num_heads = 3 * K
    shared = shake(CausalSelfAttention(num_heads * E, num_heads, num_kv_heads=K, bias=True))
    full = CausalSelfAttention(num_heads * E, num_heads, bias=True)
    full.load_state_dict(shared.state_dict() | repeated_heads(shared, times=3))
    x = torch.randn(B, T, num_heads * E)
    assert_near(read(shared, x), read(full, x), tolerance)
    assert shared.k_proj.weight.shape == (K * E, num_heads * E)


def repeated_heads(attention, times):
    """The key and value projections of `attention` with the rows of each head repeated."""
    return {
        f"{name}.{kind}": tensor.unflatten(0, (K, E)).repeat_interleave(times, dim=0).flatten(0, 1)
        for name in ("k_proj", "v_proj")
        for kind, tensor in getattr(attention, name).named_parameters()
    }


def test_a_layer_that_shares_keys_and_values_equals_one_that_computes_the_same_ones(tolerance):
    sizes = {"num_kv_heads": K, "d_head": 10, "rotary": Rotary(10)}
    first, second = (shake(CausalSelfAttention(D, 6, **sizes)) for _ in range(2))
    second.k_proj, second.v_proj, first.shares_kv = first.k_proj, first.v_proj, True
    sharing = SharedAttention(0, D, 6, **sizes)
    sharing.load_state_dict({name: t for name, t in second.state_dict().items() if name[:2] not in ("k_", "v_")})
    x = torch.randn(B, T, D)
    view = View(x)
    first(x, view, 0)
    assert_near(sharing(x, view, 1), read(second, x), tolerance)
