"""The accuracy of image classifiers on labeled pictures."""

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
    """The scores of a classifier on a set of pictures.

    Attributes:
        pictures: the number of pictures.
        accuracy: the percentage of pictures that are classified correctly.
    """

    pictures: int
    accuracy: float


@torch.no_grad()
def classify(model: Module, processor: ImageProcessor, pictures: Sequence[object], batch_size: int = 250) -> IdsN:
    """Predict the class of each picture.

    Args:
        model: a `Vit`, or another model that computes logits from pixels.
        processor: the image processor of the model.
        pictures: the pictures, in any form that the processor accepts.
        batch_size: the number of pictures per batch.

    Returns:
        The number of the class with the highest logit for each picture.
    """
    parts = prepared(processor, pictures, batch_size)
    with evaluating(model) as device:
        return torch.cat([model(part.to(device)).argmax(dim=-1).cpu() for part in parts])


def evaluate_classifier(model: Module, processor: ImageProcessor, rows: "datasets.Dataset") -> dict[str, ClassScores]:
    """Compute the accuracy of a classifier on labeled pictures.

    Args:
        model: a `Vit`, or another model that computes logits from pixels.
        processor: the image processor of the model.
        rows: a data set with the columns `image` and `label`.

    Returns:
        The scores by group: "all" and, if `rows` has a column `held_out`, one group per value of this column.
    """
    right = (classify(model, processor, rows["image"]) == torch.tensor(rows["label"])).float()
    return {
        name: ClassScores(len(members), 100 * float(right[members].mean()))
        for name, members in members_by_group(rows).items()
    }
