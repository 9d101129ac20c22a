"""A feed-forward network with a gated hidden layer (Shazeer 2020, "GLU variants")."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.shapes import Vectors


class GatedFeedForward(nn.Module):
    """A gated feed-forward network, D -> F -> D, which computes down(silu(gate(x)) · up(x)).

    Llama uses SiLU as the activation, and Gemma uses GELU.
    """

    def __init__(self, d_model: int, d_ff: int, activation: Callable = F.silu):
        super().__init__()
        self.gate_proj = nn.Linear(d_model, d_ff, bias=False)
        self.up_proj = nn.Linear(d_model, d_ff, bias=False)
        self.down_proj = nn.Linear(d_ff, d_model, bias=False)
        self.activation = activation

    def forward(self, x: Vectors) -> Vectors:
        return self.down_proj(self.activation(self.gate_proj(x)) * self.up_proj(x))
