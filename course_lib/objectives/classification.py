"""The training objective for image classifiers."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.data.picture_batches import PictureBatch
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import BV


@dataclass(frozen=True)
class Classification:
    """The training objective for a `Vit`: cross-entropy over the classes.

    Args:
        label_smoothing: see `masked_cross_entropy`.
    """

    label_smoothing: float = 0.0

    def __call__(self, model: Callable[..., BV], batch: PictureBatch) -> TokenLoss:
        """Return the loss of the model on a batch, summed over the pictures."""
        return masked_cross_entropy(model(batch.pixels), batch.labels, label_smoothing=self.label_smoothing)
