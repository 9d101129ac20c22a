"""Multi-head attention equals torch's, and takes keys and values that were projected before."""

import pytest
import torch

from course_lib.nn import KeysValues, MultiHeadAttention, padding_mask
from tests.parity import (
    B,
    D,
    H,
    S,
    T,
    assert_near,
    assert_same_function,
    attention_twin,
    each_kind_of_mask,
    self_attention_masks,
    shake,
)


@each_kind_of_mask
@pytest.mark.parametrize("bias", [True, False])
def test_self_attention_equals_torch(kind, bias, tolerance):
    ours, x = shake(MultiHeadAttention(D, H, bias=bias)), torch.randn(B, T, D, requires_grad=True)
    mask, attn_mask, key_padding_mask = self_attention_masks()[kind]
    theirs, _ = attention_twin(ours)(x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask)
    assert_same_function(ours(x, mask=mask), theirs, [x, *ours.parameters()], tolerance)


@pytest.mark.parametrize("real", [S, 2], ids=["no padding", "padding"])
def test_cross_attention_equals_torch(real, tolerance):
    ours = shake(MultiHeadAttention(D, H))
    x, source = torch.randn(B, T, D, requires_grad=True), torch.randn(B, S, D, requires_grad=True)
    token_ids = torch.ones(B, S, dtype=torch.long).masked_fill(torch.arange(S) >= torch.tensor([[S], [real]]), 0)
    theirs, _ = attention_twin(ours)(x, source, source, key_padding_mask=token_ids == 0)
    result = ours(x, source, mask=padding_mask(token_ids, 0))
    assert_same_function(result, theirs, [x, source, *ours.parameters()], tolerance)


def test_keys_and_values_may_be_projected_beforehand():
    attention, x, source = MultiHeadAttention(D, H), torch.randn(B, T, D), torch.randn(B, S, D)
    projected = attention.keys_values(source)
    assert isinstance(projected, KeysValues)
    assert torch.equal(attention(x, projected), attention(x, source))


def test_attention_over_a_set_ignores_its_order(tolerance):
    attention, x, source = shake(MultiHeadAttention(D, H)), torch.randn(B, T, D), torch.randn(B, S, D)
    assert_near(attention(x, source[:, torch.randperm(S)]), attention(x, source), tolerance)
