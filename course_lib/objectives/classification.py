"""Which class does a picture belong to?"""

from dataclasses import dataclass

from course_lib.objectives.cross_entropy import TokenLoss, masked_cross_entropy


@dataclass(frozen=True)
class Classification:
    """The objective of a `Vit`."""

    label_smoothing: float = 0.0

    def __call__(self, model, batch) -> TokenLoss:
        """The `TokenLoss` of a batch with `pixels` and `labels`, summed over the pictures."""
        return masked_cross_entropy(model(batch.pixels), batch.labels, label_smoothing=self.label_smoothing)
