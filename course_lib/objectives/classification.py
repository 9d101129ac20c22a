"""Which class does a picture belong to?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.objectives.cross_entropy import TokenLoss, masked_cross_entropy


@dataclass(frozen=True)
class Classification:
    """The objective of a `Vit`."""

    label_smoothing: float = 0.0

    def __call__(self, model: Callable, batch: Any) -> TokenLoss:
        """The `TokenLoss` of a batch with `pixels` and `labels`, summed over the pictures."""
        return masked_cross_entropy(model(batch.pixels), batch.labels, label_smoothing=self.label_smoothing)
