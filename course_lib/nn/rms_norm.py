"""RMSNorm, a normalization that does not subtract the mean (Zhang and Sennrich 2019, section 4)."""

import torch
from torch import nn

from course_lib.shapes import Vectors


class RMSNorm(nn.Module):
    """A layer that divides each vector by its root mean square and multiplies each component by a learned weight.

    The result is computed in the precision of the weight, which may stay in float32 if the rest of the model is in
    bfloat16.

    Args:
        d_model: D, the width of the vectors.
        eps: a small number added to the mean square, which prevents a division by zero.
    """

    def __init__(self, d_model: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x: Vectors) -> Vectors:
        precise = x.to(self.weight.dtype)
        mean_square = torch.linalg.vecdot(precise, precise).unsqueeze(-1) / len(self.weight)
        return (self.weight * precise * torch.rsqrt(mean_square + self.eps)).to(x.dtype)
