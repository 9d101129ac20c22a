"""How often a model names the right class of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import Module

from course_lib.data import ImageProcessor, prepared
from course_lib.evaluation.groups import members_by_group
from course_lib.models import evaluating
from course_lib.shapes import IdsN

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True)
class ClassScores:
    """Scores of a set of pictures: `accuracy`, the share whose right class has the highest logit, in percent."""

    pictures: int
    accuracy: float


@torch.no_grad()
def classify(model: Module, processor: ImageProcessor, pictures: Sequence[object], batch_size: int = 250) -> IdsN:
    """The number of the class that a `Vit` (or another model from pixels to logits) gives each picture."""
    parts = prepared(processor, pictures, batch_size)
    with evaluating(model) as device:
        return torch.cat([model(part.to(device)).argmax(dim=-1).cpu() for part in parts])


def evaluate_classifier(model: Module, processor: ImageProcessor, rows: "datasets.Dataset") -> dict[str, ClassScores]:
    """`ClassScores` by group: "all", and one for each kind of `held_out` where the rows have that column."""
    right = (classify(model, processor, rows["image"]) == torch.tensor(rows["label"])).float()
    return {
        name: ClassScores(len(members), 100 * float(right[members].mean()))
        for name, members in members_by_group(rows).items()
    }
