"""The decoder layer: equal to torch's, and no token hears of a later one."""

import pytest
import torch

from course_lib.nn import DecoderLayer, Memory, View, padding_mask
from tests.nn.read import GivenMask
from tests.parity import (
    D_FF,
    B,
    D,
    H,
    S,
    T,
    assert_same_function,
    both_norms,
    decoder_layer_twin,
    each_kind_of_mask,
    self_attention_masks,
    shake,
)

SOURCE = torch.tensor([[4, 2, 6, 0, 0, 0, 0], [3, 5, 2, 2, 7, 1, 4]])


@both_norms
@pytest.mark.parametrize("source_padding", [False, True], ids=["whole source", "padded source"])
@each_kind_of_mask
def test_the_layer_equals_torch(kind, source_padding, norm_first, tolerance):
    ours = shake(DecoderLayer(D, H, D_FF, norm_first=norm_first))
    x, memory = torch.randn(B, T, D, requires_grad=True), torch.randn(B, S, D, requires_grad=True)
    mask, tgt_mask, tgt_key_padding_mask = self_attention_masks()[kind]
    theirs = decoder_layer_twin(ours)(
        x,
        memory,
        tgt_mask=tgt_mask,
        tgt_key_padding_mask=tgt_key_padding_mask,
        memory_key_padding_mask=SOURCE == 0 if source_padding else None,
    )
    view = GivenMask(x, mask, memory, padding_mask(SOURCE, 0) if source_padding else None)
    assert_same_function(ours(x, view, 0), theirs, [x, memory, *ours.parameters()], tolerance)


@both_norms
def test_no_token_hears_of_a_later_one(norm_first):
    layer = shake(DecoderLayer(D, H, D_FF, norm_first=norm_first))
    x, memory = torch.randn(B, T, D), Memory(torch.randn(B, S, D))
    for t in range(1, T):
        changed = x.clone()
        changed[:, t] = torch.randn(B, D)
        before, after = (layer(target, View(target, memory=memory), 0) for target in (x, changed))
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.isclose(after[:, t:], before[:, t:]).all(-1).any()


def test_the_memory_may_be_projected_beforehand():
    layer, x, memory = DecoderLayer(D, H, D_FF), torch.randn(B, T, D), torch.randn(B, S, D)
    projected = [None, layer.cross_attention.keys_values(memory)]
    plain, beforehand = (layer(x, View(x, memory=Memory(states)), 1) for states in (memory, projected))
    assert torch.equal(beforehand, plain)
