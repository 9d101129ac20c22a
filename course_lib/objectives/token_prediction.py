"""The training objective for language models (slide "LLMs learning: loss function", self-supervised step)."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.data.rows import TokenBatch
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import Logits


@dataclass(frozen=True)
class TokenPrediction:
    """The training objective for language models: predict the labels, which are the next tokens or the masked tokens.

    Logits are computed only at positions with a label.

    Args:
        label_smoothing: see `masked_cross_entropy`.
    """

    label_smoothing: float = 0.0

    def __call__(self, model: Callable[..., Logits], batch: TokenBatch) -> TokenLoss:
        """Return the loss of the model on a batch, summed over the labels."""
        keep = batch.is_label
        logits = model(**batch.inputs, keep=keep)
        return masked_cross_entropy(logits, batch.labels[keep], label_smoothing=self.label_smoothing)
