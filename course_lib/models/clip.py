"""CLIP and SigLIP: two towers that map images and captions that belong together to similar vectors.

(Slide "Contrastive Language-Image Pre-Training")
"""

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
    """The sizes of a `Clip`, and the initial values of its scale and bias.

    If the vision tower pools by attention, there is no linear layer after it.

    Args:
        vision, text: configs of the towers.
        d_joint: size of the joint space.
        scale: initial inverse temperature. A cosine times `scale`, plus `bias`, gives a logit. Both are learned.
        bias: initial bias for SigLIP, or None for CLIP, which has no bias.
        text_bias: whether the linear layer after the text tower has a bias.

    Raises:
        CourseError: the vision tower pools by attention, and its `d_model` differs from `d_joint`.
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
                f"d_model must equal d_joint if the vision tower pools by attention, got {self.vision.d_model} and "
                f"{self.d_joint}"
            )


class Pairing(NamedTuple):
    """Images and captions in the joint space: unit vectors, with the scale and bias that turn cosines into logits."""

    images: torch.Tensor
    texts: torch.Tensor
    scale: torch.Tensor
    bias: torch.Tensor | float

    @property
    def logits(self) -> PicturesTexts:
        """The logits of all pairs, with one row per image and one column per caption."""
        return self.scale * self.images @ self.texts.T + self.bias


class Clip(Model):
    """A vision tower and a text tower, each with a linear layer to the joint space (Radford et al. 2021, figure 3)."""

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
        """Encode images as unit vectors."""
        return F.normalize(self.vision_proj(self.vision(pixels)), dim=-1)

    def encode_texts(self, tokens: IdsBT) -> BJ:
        """Encode token ids as unit vectors. Each row must contain its end token."""
        return F.normalize(self.text_proj(self.text(tokens)), dim=-1)

    def forward(self, pixels: Pixels, tokens: Texts) -> Pairing:
        """Encode images and captions, which may differ in number, and return their `Pairing`."""
        bias = 0.0 if self.bias is None else self.bias
        return Pairing(self.encode_images(pixels), self.encode_texts(tokens), self.log_scale.exp(), bias)
