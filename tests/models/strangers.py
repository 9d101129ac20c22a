"""What the library doesn't have, made from outside: another way to tell positions, other networks, other widths."""

import torch
from torch import nn

from course_lib.models import Llm


class Alibi(Llm):
    """Distance as a penalty, steeper in some heads than in others; nothing is turned (Press et al. 2022, section 3)."""

    def __init__(self, config):
        super().__init__(config)
        for layer in self.layers:
            layer.self_attention.rotary = None

    def bias(self, q_positions, k_positions):
        steps = torch.arange(1, self.config.num_heads + 1, device=q_positions.device)
        distance = q_positions.unsqueeze(-1) - k_positions.unsqueeze(-2)
        return -(2.0 ** (-8 * steps / self.config.num_heads)).view(-1, 1, 1) * distance.unsqueeze(-3)


class WideLlm(Llm):
    """An `Llm` whose values are 13 wide, whatever the width of queries and keys."""

    def __init__(self, config):
        super().__init__(config)
        for layer in self.layers:
            attention = layer.self_attention
            attention.v_proj = nn.Linear(config.d_model, config.num_kv_heads * 13, config.qkv_bias)
            attention.o_proj = nn.Linear(config.num_heads * 13, config.d_model, bias=False)
