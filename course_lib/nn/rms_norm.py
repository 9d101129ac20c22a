"""Normalization without a mean (Zhang and Sennrich 2019, section 4)."""

import torch
from torch import nn

from course_lib.shapes import Vectors


class RMSNorm(nn.Module):
    """Divide each vector by its root mean square, then scale each component.

    Computed as precisely as its weight is stored: it may stay in float32 where all else is in bfloat16.
    """

    def __init__(self, d_model: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x: Vectors) -> Vectors:
        precise = x.to(self.weight.dtype)
        mean_square = torch.linalg.vecdot(precise, precise).unsqueeze(-1) / len(self.weight)
        return (self.weight * precise * torch.rsqrt(mean_square + self.eps)).to(x.dtype)
