"""Two towers, one space: pictures and captions that belong together lie close (slide "Contrastive Language-Image
Pre-Training")."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.models.text_tower import TextConfig, TextTower
from course_lib.models.vision_tower import VisionConfig, VisionTower
from course_lib.shapes import BCYX, BJ, IdsBT, PicturesTexts, Pixels, Texts


@dataclass(frozen=True, kw_only=True)
class ClipConfig:
    """The sizes of a `Clip`, and where its temperature starts.

    The cosine of two vectors becomes a logit when `scale` multiplies it (the inverse of the temperature) and `bias` is
    added; both are learned. Without a bias (None) it is CLIP; with one, SigLIP. `text_bias`: whether the last linear
    layer of the text tower has a bias of its own. Where the vision tower pools by attention, nothing follows it.

    Raises:
        CourseError: the vision tower pools by attention, to another width than `d_joint`.
    """

    vision: VisionConfig
    text: TextConfig
    d_joint: int = 128
    scale: float = 1 / 0.07
    bias: float | None = None
    text_bias: bool = False

    def __post_init__(self):
        if self.vision.pooling == "attention" and self.vision.d_model != self.d_joint:
            raise CourseError(
                f"a vision tower that pools by attention needs d_model = d_joint, got {self.vision.d_model} and "
                f"{self.d_joint}"
            )


class Pairing(NamedTuple):
    """Pictures and captions in one space: unit vectors, B J each, and what turns their cosines into logits."""

    images: torch.Tensor
    texts: torch.Tensor
    scale: torch.Tensor
    bias: torch.Tensor | float

    @property
    def logits(self) -> PicturesTexts:
        """How well each picture (row) fits each caption (column)."""
        return self.scale * self.images @ self.texts.T + self.bias


class Clip(Model):
    """A vision and a text tower, each with a linear layer into the joint space (Radford et al. 2021, figure 3)."""

    def __init__(self, config: ClipConfig):
        super().__init__(config)
        self.vision, self.text = VisionTower(config.vision), TextTower(config.text)
        pooled_by_attention = config.vision.pooling == "attention"
        self.vision_proj = (
            nn.Identity() if pooled_by_attention else nn.Linear(config.vision.d_model, config.d_joint, bias=False)
        )
        self.text_proj = nn.Linear(config.text.d_model, config.d_joint, bias=config.text_bias)
        self.log_scale = nn.Parameter(torch.tensor(math.log(config.scale)))
        self.bias = None if config.bias is None else nn.Parameter(torch.tensor(config.bias))

    def encode_images(self, pixels: BCYX) -> BJ:
        """Pictures as unit vectors."""
        return F.normalize(self.vision_proj(self.vision(pixels)), dim=-1)

    def encode_texts(self, tokens: IdsBT) -> BJ:
        """Token ids, each row with its end token, as unit vectors."""
        return F.normalize(self.text_proj(self.text(tokens)), dim=-1)

    def forward(self, pixels: Pixels, tokens: Texts) -> Pairing:
        """Pictures and captions, not necessarily as many -> their `Pairing`."""
        bias = 0.0 if self.bias is None else self.bias
        return Pairing(self.encode_images(pixels), self.encode_texts(tokens), self.log_scale.exp(), bias)
