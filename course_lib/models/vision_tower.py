"""The vision tower: image patches through the layers of an encoder (slide "Vision Transformers Basics")."""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.models.towers import check_activation, encoder_layers, norm_of, read_one
from course_lib.nn import ACTIVATIONS, AttentionPool, LearnedPositions, PatchEmbedding
from course_lib.shapes import BCYX, BD, BPD, BSD

POOLINGS = ("class", "attention")


@dataclass(frozen=True, kw_only=True)
class VisionConfig:
    """The sizes and choices of a `VisionTower`.

    Args:
        image_size: height and width of the images in pixels.
        input_norm: whether to normalize the input of the first layer (CLIP).
        pooling: "class" for a class token that goes through the layers with the patches, or "attention" for an
            `AttentionPool` after the layers (SigLIP).

    Raises:
        CourseError: the images are smaller than a patch, or the activation or pooling is unknown.
    """

    image_size: int = 64
    patch_size: int = 8
    num_channels: int = 3
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_layers: int = 4
    dropout: float = 0.0
    activation: str = "gelu"
    norm_eps: float = 1e-6
    input_norm: bool = False
    pooling: str = "class"

    def __post_init__(self):
        if not 0 < self.patch_size <= self.image_size:
            raise CourseError(f"patch_size must be 1 to image_size, {self.image_size}, got {self.patch_size}")
        if self.pooling not in POOLINGS:
            raise CourseError(f"pooling must be one of {', '.join(POOLINGS)}, got {self.pooling!r}")
        check_activation(self.activation)

    @property
    def num_patches(self) -> int:
        """P, the number of patches in an image."""
        return (self.image_size // self.patch_size) ** 2


class VisionTower(Model):
    """Patches, a class token, positions, and encoder layers (Dosovitskiy et al. 2021, section 3.1).

    S is P + 1 with a class token, which comes first, and P without.
    """

    self_attention_kind = "encoder"

    def __init__(self, config: VisionConfig):
        super().__init__(config)
        self.patches = PatchEmbedding(config.patch_size, config.num_channels, config.d_model)
        self.has_class_token = config.pooling == "class"
        if self.has_class_token:
            self.class_token = nn.Parameter(torch.randn(config.d_model) * config.d_model**-0.5)
        self.positions = LearnedPositions(config.d_model, self.has_class_token + config.num_patches)
        self.dropout = nn.Dropout(config.dropout)
        self.input_norm = norm_of(config)(config.d_model) if config.input_norm else nn.Identity()
        self.layers = encoder_layers(config)
        self.norm = norm_of(config)(config.d_model)
        if not self.has_class_token:
            activation = ACTIVATIONS[config.activation]
            self.pool = AttentionPool(config.d_model, config.num_heads, config.d_ff, activation, norm_of(config))

    def embed(self, pixels: BCYX) -> BSD:
        """Return the input of the first layer.

        Raises:
            CourseError: the images don't have the size or the number of channels that the model expects.
        """
        size = self.config.image_size
        self.patches.check(pixels)
        if pixels.shape[2:] != (size, size):
            raise CourseError(f"images must have {size} x {size} pixels, got {pixels.shape[2]} x {pixels.shape[3]}")
        x = self.patches(pixels)
        if self.has_class_token:
            x = torch.cat([self.class_token.expand(len(x), 1, -1), x], dim=1)
        return self.input_norm(self.dropout(x + self.positions.table))

    def hidden(self, pixels: BCYX, num_layers: int | None = None) -> BSD:
        """Return the output of the first `num_layers` layers, before the final norm. Default: all layers."""
        x = self.embed(pixels)
        for layer in self.layers[:num_layers]:
            x = layer(x)
        return x

    def features(self, pixels: BCYX, layer: int = -2) -> BPD:
        """Return one vector per patch, as the input of a connector (Liu et al. 2023, section 4.1).

        Args:
            pixels: the images.
            layer: number of the hidden state. 0 is the input of the first layer, -1 the output of the last layer, and
                -2 the output of the second-to-last layer. Later layers are not computed.

        Raises:
            CourseError: the tower has no such layer.
        """
        states = len(self.layers) + 1
        if not -states <= layer < states:
            raise CourseError(f"layer must be {-states} to {states - 1}, got {layer}")
        return self.hidden(pixels, layer % states)[:, int(self.has_class_token) :]

    def forward(self, pixels: BCYX) -> BD:
        """Return one vector per image.

        With a class token, only this token's output of the last layer is needed, so only it is computed.
        """
        if not self.has_class_token:
            return self.pool(self.norm(self.hidden(pixels)))
        x = self.hidden(pixels, len(self.layers) - 1)
        return self.norm(read_one(self.layers[-1], x[:, :1], x))
