"""The training objective for the translator (slide "During Training")."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.data.collate import TranslationBatch
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import Logits


@dataclass(frozen=True)
class TeacherForcing:
    """The training objective for a `Translator`: predict each next token, given the true tokens before it.

    The decoder gets the true output as its input, so all positions are computed in parallel.

    Args:
        label_smoothing: see `masked_cross_entropy`.
    """

    label_smoothing: float = 0.0

    def __call__(self, model: Callable[..., Logits], batch: TranslationBatch) -> TokenLoss:
        """Return the loss of the model on a batch, summed over the target tokens without padding."""
        keep = batch.is_label
        logits = model(batch.source, batch.target, keep=keep)
        return masked_cross_entropy(logits, batch.labels[keep], label_smoothing=self.label_smoothing)
