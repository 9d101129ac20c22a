"""CLIP and SigLIP, which map an image and its caption to similar vectors.

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
    """The config of a `Clip` model.

    A logit is the cosine similarity times a scale, plus a bias. The scale and the bias are learned.

    Args:
        vision: the config of the vision tower. If this tower uses attention pooling, no linear layer follows it.
        text: the config of the text tower.
        d_joint: the dimension of the joint space.
        scale: the initial scale, which is the inverse of the temperature.
        bias: the initial bias for SigLIP. Default: no bias, as in CLIP.
        text_bias: whether the linear layer after the text tower has a bias.

    Raises:
        CourseError: the vision tower uses attention pooling, but its `d_model` differs from `d_joint`.
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
                f"the vision tower's d_model must equal d_joint, {self.d_joint}, because the tower uses attention "
                f"pooling, got {self.vision.d_model}"
            )


class Pairing(NamedTuple):
    """The output of a `Clip` model for a batch of images and captions.

    Attributes:
        images: a unit vector for each image.
        texts: a unit vector for each caption.
        scale: the factor that cosine similarities are multiplied by to get logits.
        bias: the number that is added to the logits.
    """

    images: torch.Tensor
    texts: torch.Tensor
    scale: torch.Tensor
    bias: torch.Tensor | float

    @property
    def logits(self) -> PicturesTexts:
        """The logits of all pairs of an image and a caption, with one row per image and one column per caption."""
        return self.scale * self.images @ self.texts.T + self.bias


class Clip(Model):
    """A vision tower and a text tower, each followed by a linear layer that maps to the joint space.

    (Radford et al. 2021, figure 3)
    """

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
        """Encode images as unit vectors in the joint space."""
        return F.normalize(self.vision_proj(self.vision(pixels)), dim=-1)

    def encode_texts(self, tokens: IdsBT) -> BJ:
        """Encode captions, given as token ids, as unit vectors in the joint space.

        Raises:
            CourseError: a caption is too long, or it lacks the end token that the text tower expects.
        """
        return F.normalize(self.text_proj(self.text(tokens)), dim=-1)

    def forward(self, pixels: Pixels, tokens: Texts) -> Pairing:
        """Encode images and captions, and return them as a `Pairing`.

        The number of images can differ from the number of captions.
        """
        bias = 0.0 if self.bias is None else self.bias
        return Pairing(self.encode_images(pixels), self.encode_texts(tokens), self.log_scale.exp(), bias)
