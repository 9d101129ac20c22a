"""What the training loop asks of an objective."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from course_lib.data.rows import Rows


class TokenLoss(NamedTuple):
    """A sum over tokens and their number; the sums of parts of a batch add up, means don't."""

    total: torch.Tensor
    count: int

    @property
    def mean(self) -> torch.Tensor:
        """Loss per token, in nats."""
        return self.total / self.count


Objective = Callable[[nn.Module, Rows], TokenLoss]  # the loss of a model on a batch
