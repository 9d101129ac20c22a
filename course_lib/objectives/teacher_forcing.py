"""The training objective of the translator (slide "During Training")."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.data.collate import TranslationBatch
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import Logits


@dataclass(frozen=True)
class TeacherForcing:
    """Next-token prediction with the true output as the decoder's input, at all positions in parallel."""

    label_smoothing: float = 0.0

    def __call__(self, model: Callable[..., Logits], batch: TranslationBatch) -> TokenLoss:
        """Return the loss, summed over the target tokens. Padding is skipped."""
        keep = batch.is_label
        logits = model(batch.source, batch.target, keep=keep)
        return masked_cross_entropy(logits, batch.labels[keep], label_smoothing=self.label_smoothing)
