"""Short convolution: mix each token with the few tokens before it, channel by channel (Yang et al. 2025)."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.shapes import BTD, BoolsBT


class ShortConvolution(nn.Module):
    """Compute silu(Σ_i w_i x_(t - i)) for each channel, over a token and the `kernel_size` - 1 real tokens before it.

    Args:
        channels: D.
        kernel_size: number of tokens. The last weight of a channel belongs to the token itself. It starts near 1 and
            the others near 0, so that each token is almost unchanged before training.
    """

    def __init__(self, channels: int, kernel_size: int):
        super().__init__()
        weight = torch.empty(channels, kernel_size).uniform_(-0.05, 0.05)
        weight[:, -1] += 1
        self.weight = nn.Parameter(weight)

    def forward(self, x: BTD, before: torch.Tensor, real: BoolsBT | None = None) -> tuple[BTD, torch.Tensor]:
        """Apply the convolution to new tokens.

        Args:
            x: the new tokens.
            before: the `kernel_size` - 1 real tokens before them, or zeros.
            real: mask of the new tokens that are not padding. Default: all.

        Returns:
            The output, and the last `kernel_size` - 1 real tokens, which are `before` in the next call.
        """
        joined, order = torch.cat([before, x], dim=1), None
        if real is not None:  # move padding to the front, out of the reach of real tokens
            order = F.pad(real, (before.shape[1], 0), value=True).long().argsort(dim=1, stable=True)
            order = order.unsqueeze(-1).expand_as(joined)
            joined = joined.gather(1, order)
        length, reach = x.shape[1], before.shape[1]
        y = F.silu(sum(self.weight[:, i] * joined[:, i : i + length] for i in range(reach + 1)))
        if order is not None:
            y = torch.zeros_like(joined).scatter(1, order[:, reach:], y)[:, reach:]
        return y, joined[:, length:]
