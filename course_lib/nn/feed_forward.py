"""The feed-forward network, which is applied to each token separately (slide "Encoder Layer", step 4)."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.shapes import Vectors


class FeedForward(nn.Module):
    """A feed-forward network with an activation between two linear layers, D -> F -> D.

    (Vaswani et al. 2017, section 3.3)
    """

    def __init__(self, d_model: int, d_ff: int, activation: Callable = F.relu, bias: bool = True):
        super().__init__()
        self.up_proj = nn.Linear(d_model, d_ff, bias)
        self.activation = activation
        self.down_proj = nn.Linear(d_ff, d_model, bias)

    def forward(self, x: Vectors) -> Vectors:
        return self.down_proj(self.activation(self.up_proj(x)))
