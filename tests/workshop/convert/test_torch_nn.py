"""Our weights for torch's modules: loaded there, they compute what ours do. The tests of `nn` compare the gradients."""

import torch
from torch import nn

from course_lib.nn import DecoderLayer, EncoderLayer, Memory, MultiHeadAttention, View
from course_lib.workshop.convert import torch_weights
from tests.parity import D_FF, B, D, H, S, T, assert_near, shake


def test_torchs_attention_loads_ours(tolerance):
    ours, theirs = shake(MultiHeadAttention(D, H)), nn.MultiheadAttention(D, H, batch_first=True)
    theirs.load_state_dict(torch_weights(ours))
    x, source = torch.randn(B, T, D), torch.randn(B, S, D)
    assert_near(ours(x, source), theirs(x, source, source)[0], tolerance)


def test_torchs_encoder_layer_loads_ours(tolerance):
    ours, theirs = shake(EncoderLayer(D, H, D_FF)), nn.TransformerEncoderLayer(D, H, D_FF, dropout=0, batch_first=True)
    theirs.load_state_dict(torch_weights(ours))
    x = torch.randn(B, T, D)
    assert_near(ours(x), theirs(x), tolerance)


def test_torchs_decoder_layer_loads_ours(tolerance):
    ours, theirs = shake(DecoderLayer(D, H, D_FF)), nn.TransformerDecoderLayer(D, H, D_FF, dropout=0, batch_first=True)
    theirs.load_state_dict(torch_weights(ours))
    x, memory = torch.randn(B, T, D), torch.randn(B, S, D)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    view = View(x, memory=Memory(memory))
    assert_near(ours(x, view, 0), theirs(x, memory, tgt_mask=later), tolerance)
