"""A token mixed with the few before it, channel by channel, as linear attention likes it (Yang et al. 2025)."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.shapes import BTD, BoolsBT


class ShortConvolution(nn.Module):
    """silu(Σ_i w_i x_(t - i)) for each channel, over a token and the `kernel_size` - 1 real ones before it.

    Args:
        channels: D.
        kernel_size: how many tokens; the last weight of a channel is that of the token itself. Before training it is
            near 1 and the others near 0, so that a token is first of all itself.
    """

    def __init__(self, channels: int, kernel_size: int):
        super().__init__()
        weight = torch.empty(channels, kernel_size).uniform_(-0.05, 0.05)
        weight[:, -1] += 1
        self.weight = nn.Parameter(weight)

    def forward(self, x: BTD, before: torch.Tensor, real: BoolsBT | None = None) -> tuple[BTD, torch.Tensor]:
        """What becomes of new tokens, and the last `kernel_size` - 1 real ones, which are `before` the next.

        Args:
            x: the new tokens.
            before: those before them, zeros where there are none.
            real: which of the new ones are no padding; default: all.
        """
        joined, order = torch.cat([before, x], dim=1), None
        if real is not None:  # padding goes to the front, where no real token looks
            order = F.pad(real, (before.shape[1], 0), value=True).long().argsort(dim=1, stable=True)
            order = order.unsqueeze(-1).expand_as(joined)
            joined = joined.gather(1, order)
        length, reach = x.shape[1], before.shape[1]
        y = F.silu(sum(self.weight[:, i] * joined[:, i : i + length] for i in range(reach + 1)))
        if order is not None:
            y = torch.zeros_like(joined).scatter(1, order[:, reach:], y)[:, reach:]
        return y, joined[:, length:]
