"""The interface between the training loop and an objective."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from course_lib.data.rows import Rows


class TokenLoss(NamedTuple):
    """The sum of a loss over tokens, and their number. Unlike means, sums over parts of a batch can be added."""

    total: torch.Tensor
    count: int

    @property
    def mean(self) -> torch.Tensor:
        """The loss per token, in nats."""
        return self.total / self.count


Objective = Callable[[nn.Module, Rows], TokenLoss]  # the loss of a model on a batch
