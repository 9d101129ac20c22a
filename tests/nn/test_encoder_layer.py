"""The encoder layer: equal to torch's, blind to order, deaf to padding."""

import torch

from course_lib.nn import EncoderLayer, FeedForward, padding_mask
from tests.parity import (
    D_FF,
    B,
    D,
    H,
    T,
    assert_near,
    assert_same_function,
    both_norms,
    each_kind_of_mask,
    encoder_layer_twin,
    self_attention_masks,
    shake,
)


@both_norms
@each_kind_of_mask
def test_the_layer_equals_torch(kind, norm_first, tolerance):
    ours = shake(EncoderLayer(D, H, D_FF, norm_first=norm_first))
    x = torch.randn(B, T, D, requires_grad=True)
    mask, src_mask, src_key_padding_mask = self_attention_masks()[kind]
    theirs = encoder_layer_twin(ours)(x, src_mask=src_mask, src_key_padding_mask=src_key_padding_mask)
    assert_same_function(ours(x, mask), theirs, [x, *ours.parameters()], tolerance)


@both_norms
def test_without_positions_the_order_of_the_tokens_means_nothing(norm_first, tolerance):
    layer, x = shake(EncoderLayer(D, H, D_FF, norm_first=norm_first)), torch.randn(B, T, D)
    order = torch.tensor([3, 0, 4, 1, 2])
    assert_near(layer(x[:, order]), layer(x)[:, order], tolerance)


@both_norms
def test_real_tokens_hear_nothing_of_padding(norm_first):
    layer, x = shake(EncoderLayer(D, H, D_FF, norm_first=norm_first)), torch.randn(B, T, D)
    mask = padding_mask(torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]), pad_id=0)
    changed = x.clone()
    changed[0, 3:] = torch.randn(2, D)
    before, after = layer(x, mask), layer(changed, mask)
    assert torch.equal(after[0, :3], before[0, :3])
    assert torch.equal(after[1], before[1])
    assert not torch.equal(layer(changed)[0, :3], layer(x)[0, :3])


def test_the_feed_forward_network_treats_each_token_alone():
    network, x = FeedForward(D, D_FF), torch.randn(B, T, D)
    changed = x.clone()
    changed[:, 2] = torch.randn(B, D)
    same = (network(changed) == network(x)).all(-1)
    assert same.tolist() == B * [[True, True, False, True, True]]


def test_dropout_acts_in_training_only():
    layer, x = EncoderLayer(D, H, D_FF, dropout=0.5), torch.randn(B, T, D)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))
