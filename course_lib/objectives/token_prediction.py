"""The training objective of language models (slide "LLMs learning: loss function", self-supervised step)."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.data.rows import TokenBatch
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import Logits


@dataclass(frozen=True)
class TokenPrediction:
    """Prediction of the labels: the next tokens, or the tokens that were masked.

    Logits are computed only at positions with a label.
    """

    label_smoothing: float = 0.0

    def __call__(self, model: Callable[..., Logits], batch: TokenBatch) -> TokenLoss:
        """Return the loss, summed over the labels."""
        keep = batch.is_label
        logits = model(**batch.inputs, keep=keep)
        return masked_cross_entropy(logits, batch.labels[keep], label_smoothing=self.label_smoothing)
