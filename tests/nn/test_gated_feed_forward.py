"""The gated feed-forward network is Llama's, with the same names for its layers."""

import torch
from torch.nn import functional as F
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaMLP

from course_lib.nn import GatedFeedForward
from tests.parity import D_FF, B, D, T, assert_near, shake


def test_it_is_that_of_llama(tolerance):
    ours = shake(GatedFeedForward(D, D_FF))
    theirs = LlamaMLP(LlamaConfig(hidden_size=D, intermediate_size=D_FF, num_attention_heads=1, head_dim=2))
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(B, T, D)
    assert_near(ours(x), theirs(x), tolerance)


def test_a_closed_gate_lets_nothing_through():
    ours = shake(GatedFeedForward(D, D_FF, activation=F.relu))
    with torch.no_grad():
        ours.gate_proj.weight.fill_(-1.0)
    assert_near(ours(torch.rand(B, T, D)), torch.zeros(B, T, D), 0.0)
