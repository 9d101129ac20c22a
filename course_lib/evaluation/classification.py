"""The accuracy of image classifiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import Module

from course_lib.data import ImageProcessor, prepared
from course_lib.evaluation.groups import members_by_group
from course_lib.models import evaluating
from course_lib.shapes import IdsN

if TYPE_CHECKING:  # slow to import
    import datasets


@dataclass(frozen=True)
class ClassScores:
    """Scores on a set of pictures. `accuracy` is the percentage whose true class has the highest logit."""

    pictures: int
    accuracy: float


@torch.no_grad()
def classify(model: Module, processor: ImageProcessor, pictures: Sequence[object], batch_size: int = 250) -> IdsN:
    """Return the predicted class of each picture, from a `Vit` or another model that maps pixels to logits."""
    parts = prepared(processor, pictures, batch_size)
    with evaluating(model) as device:
        return torch.cat([model(part.to(device)).argmax(dim=-1).cpu() for part in parts])


def evaluate_classifier(model: Module, processor: ImageProcessor, rows: "datasets.Dataset") -> dict[str, ClassScores]:
    """Return the `ClassScores` by group: "all" and, if `rows` has a column `held_out`, one group per value."""
    right = (classify(model, processor, rows["image"]) == torch.tensor(rows["label"])).float()
    return {
        name: ClassScores(len(members), 100 * float(right[members].mean()))
        for name, members in members_by_group(rows).items()
    }
