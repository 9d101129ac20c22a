"""The translator's training objective (slide "During Training")."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.data.collate import TranslationBatch
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import Logits


@dataclass(frozen=True)
class TeacherForcing:
    """The decoder reads the true output so far and is scored on the next true token, at every position at once."""

    label_smoothing: float = 0.0

    def __call__(self, model: Callable[..., Logits], batch: TranslationBatch) -> TokenLoss:
        """Return the loss, summed over the target tokens; padding is neither computed nor counted."""
        keep = batch.is_label
        logits = model(batch.source, batch.target, keep=keep)
        return masked_cross_entropy(logits, batch.labels[keep], label_smoothing=self.label_smoothing)
