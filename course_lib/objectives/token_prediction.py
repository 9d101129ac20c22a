"""The training objective of models that read one text (slide "LLMs learning: loss function", self-supervised step)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.objectives.cross_entropy import TokenLoss, masked_cross_entropy


@dataclass(frozen=True)
class TokenPrediction:
    """The model reads a text and is scored on the labels: the next tokens, or those that were masked.

    Positions without a label are neither computed nor counted, however well or badly the model would do there.
    """

    label_smoothing: float = 0.0

    def __call__(self, model: Callable, batch: Any) -> TokenLoss:
        """The `TokenLoss` of a `TokenBatch`."""
        keep = batch.is_label
        logits = model(**batch.inputs, keep=keep)
        return masked_cross_entropy(logits, batch.labels[keep], label_smoothing=self.label_smoothing)
