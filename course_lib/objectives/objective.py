"""The interface between the training loop and an objective."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from course_lib.data.rows import Rows


class TokenLoss(NamedTuple):
    """A loss that is summed over tokens, and the number of these tokens.

    When a batch is split into parts, the sums of the parts can be added, unlike their means.
    """

    total: torch.Tensor
    count: int

    @property
    def mean(self) -> torch.Tensor:
        """The mean loss per token, in nats."""
        return self.total / self.count


Objective = Callable[[nn.Module, Rows], TokenLoss]  # computes the loss of a model on a batch
