"""What the library doesn't have, made from outside: another way to tell positions, other networks, other widths."""

import torch
from torch import nn

from course_lib.models import Llm
from course_lib.nn import GatedFeedForward, identity


class Alibi(Llm):
    """Distance as a penalty, steeper in some heads than in others; nothing is turned (Press et al. 2022, section 3)."""

    def rotations(self, positions, dtype):
        return [identity] * self.config.num_layers

    def bias(self, q_positions, k_positions):
        steps = torch.arange(1, self.config.num_heads + 1, device=q_positions.device)
        distance = q_positions.unsqueeze(-1) - k_positions.unsqueeze(-2)
        return -(2.0 ** (-8 * steps / self.config.num_heads)).view(-1, 1, 1) * distance.unsqueeze(-3)


class MixtureOfExperts(nn.Module):
    """Each token visits the best two of some networks (Shazeer et al. 2017, section 2); balanced as in Fedus et al.

    `auxiliary_loss` is N times the sum over the N experts of the share of tokens that visit one, times its mean share
    of the router's probability (Fedus et al. 2022, section 2.2): 1 times the number of visits where all are even.
    """

    def __init__(self, d_model, d_ff, num_experts, num_active=2):
        super().__init__()
        self.num_active = num_active
        self.gate = nn.Linear(d_model, num_experts, bias=False)
        self.experts = nn.ModuleList(GatedFeedForward(d_model, d_ff) for _ in range(num_experts))

    def forward(self, x):
        rows = x.flatten(0, -2)
        chances = self.gate(rows).softmax(dim=-1)
        shares, chosen = chances.topk(self.num_active)
        shares = shares / shares.sum(dim=-1, keepdim=True)
        y = torch.zeros_like(rows)
        for number, expert in enumerate(self.experts):
            row, rank = (chosen == number).nonzero(as_tuple=True)
            y = y.index_add(0, row, shares[row, rank, None] * expert(rows[row]))
        visits = torch.stack([(chosen == number).any(dim=-1).to(x.dtype).mean() for number in range(len(self.experts))])
        self.auxiliary_loss = len(self.experts) * (visits * chances.mean(dim=0)).sum()
        return y.view_as(x)


class MoeLlm(Llm):
    """An `Llm` with a mixture of 5 experts in each layer."""

    def __init__(self, config):
        super().__init__(config)
        for layer in self.layers:
            layer.feed_forward = MixtureOfExperts(config.d_model, config.d_ff, num_experts=5)


class WideLlm(Llm):
    """An `Llm` whose values are 13 wide, whatever the width of queries and keys."""

    def __init__(self, config):
        super().__init__(config)
        for layer in self.layers:
            attention = layer.self_attention
            attention.v_proj = nn.Linear(config.d_model, config.num_kv_heads * 13, config.qkv_bias)
            attention.o_proj = nn.Linear(config.num_heads * 13, config.d_model, bias=False)
