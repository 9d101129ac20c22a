"""The vision transformer (ViT) as an image classifier (slide "Vision Transformers Basics")."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from course_lib.data import check_classes
from course_lib.models.base import Model
from course_lib.models.vision_tower import VisionConfig, VisionTower
from course_lib.shapes import BCYX, BV


@dataclass(frozen=True, kw_only=True)
class VitConfig(VisionConfig):
    """The config of a `Vit`: the config of its vision tower, and the names of its classes.

    Args:
        classes: the names of the classes, in the order of the logits.

    Raises:
        CourseError: a value is not valid (see `VisionConfig`), or a class name is empty or listed twice.
    """

    classes: Sequence[str]

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "classes", check_classes(self.classes))


class Vit(Model):
    """An image classifier: a `VisionTower` with a linear output layer (Dosovitskiy et al. 2021, section 3.1)."""

    self_attention_kind = "encoder"

    def __init__(self, config: VitConfig):
        super().__init__(config)
        self.tower = VisionTower(config)
        self.output = nn.Linear(config.d_model, len(config.classes))

    def forward(self, pixels: BCYX) -> BV:
        """Compute the logits of all classes for each image."""
        return self.output(self.tower(pixels))
