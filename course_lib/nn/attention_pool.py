"""Attention pooling: turn a whole sequence into one vector (Lee et al. 2019; used in SigLIP, Zhai et al. 2023)."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward
from course_lib.shapes import BD, BSD


class AttentionPool(nn.Module):
    """An attention pooling layer: a learned query attends to all positions, and a feed-forward network follows.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of heads.
        d_ff: F, the hidden width of the feed-forward network.
        activation: activation function of the feed-forward network.
        norm: a function that takes D and returns a normalization layer, which is applied before the feed-forward
            network.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_ff: int,
        activation: Callable = F.gelu,
        norm: Callable = nn.LayerNorm,
    ):
        super().__init__()
        self.query = nn.Parameter(torch.randn(d_model) * d_model**-0.5)
        self.cross_attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff, activation)
        self.feed_forward_norm = norm(d_model)

    def forward(self, x: BSD) -> BD:
        x = self.cross_attention(self.query.expand(len(x), 1, -1), x)
        return (x + self.feed_forward(self.feed_forward_norm(x)))[:, 0]
