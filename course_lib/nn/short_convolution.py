"""Short convolution, which mixes each token with the few tokens before it, channel by channel (Yang et al. 2025)."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.shapes import BTD, BoolsBT


class ShortConvolution(nn.Module):
    """A causal convolution in each channel, silu(Σ_i w_i x_(t - i)), over the last `kernel_size` real tokens.

    Args:
        channels: the number of channels.
        kernel_size: the number of tokens, including the current token. The last weight of a channel belongs to the
            current token. It starts near 1 and the other weights near 0, so that tokens are hardly mixed before
            training.
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
            before: the `kernel_size` - 1 real tokens before `x`, or zeros at the start of a sequence.
            real: mask of the new tokens that are not padding. Default: no padding.

        Returns:
            The output, and the last `kernel_size` - 1 real tokens, which are `before` in the next call.
        """
        joined, order = torch.cat([before, x], dim=1), None
        if real is not None:  # move padding to the front, so that it isn't mixed into real tokens
            order = F.pad(real, (before.shape[1], 0), value=True).long().argsort(dim=1, stable=True)
            order = order.unsqueeze(-1).expand_as(joined)
            joined = joined.gather(1, order)
        length, reach = x.shape[1], before.shape[1]
        y = F.silu(sum(self.weight[:, i] * joined[:, i : i + length] for i in range(reach + 1)))
        if order is not None:
            y = torch.zeros_like(joined).scatter(1, order[:, reach:], y)[:, reach:]
        return y, joined[:, length:]
