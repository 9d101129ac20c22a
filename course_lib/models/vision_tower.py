"""The vision tower, an encoder whose tokens are image patches (slide "Vision Transformers Basics")."""

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
    """The config of a `VisionTower`.

    Args:
        image_size: the height and width of the images in pixels.
        patch_size: the height and width of a patch in pixels.
        input_norm: whether to normalize the input of the first layer, as in CLIP.
        pooling: "class" to use the output at a class token that is added to the patches, or "attention" to use an
            `AttentionPool` after the last layer, as in SigLIP.

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
            raise CourseError(f"patch_size must be from 1 to {self.image_size}, the image_size, got {self.patch_size}")
        if self.pooling not in POOLINGS:
            raise CourseError(f"pooling must be one of {', '.join(POOLINGS)}, got {self.pooling!r}")
        check_activation(self.activation)

    @property
    def num_patches(self) -> int:
        """The number of patches in an image, P."""
        return (self.image_size // self.patch_size) ** 2


class VisionTower(Model):
    """A vision transformer that encodes each image as one vector (Dosovitskiy et al. 2021, section 3.1).

    The image is cut into P patches, and each patch is a token. If there is a class token, it comes before the patches,
    and the sequence length S is P + 1. Otherwise S is P.
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
        """Compute the input of the first layer: patch embeddings, a class token if there is one, and positions.

        Raises:
            CourseError: the model expects images of another size or with another number of channels.
        """
        size = self.config.image_size
        self.patches.check(pixels)
        if pixels.shape[2:] != (size, size):
            raise CourseError(
                f"images must have {size} x {size} pixels, got {pixels.shape[2]} x {pixels.shape[3]}; resize them first"
            )
        x = self.patches(pixels)
        if self.has_class_token:
            x = torch.cat([self.class_token.expand(len(x), 1, -1), x], dim=1)
        return self.input_norm(self.dropout(x + self.positions.table))

    def hidden(self, pixels: BCYX, num_layers: int | None = None) -> BSD:
        """Return the hidden states before the final norm.

        Args:
            pixels: the images.
            num_layers: the number of layers to run. Default: all layers.
        """
        x = self.embed(pixels)
        for layer in self.layers[:num_layers]:
            x = layer(x)
        return x

    def features(self, pixels: BCYX, layer: int = -2) -> BPD:
        """Return one feature vector per patch, for the connector of a `Vlm` (Liu et al. 2023, section 4.1).

        Args:
            pixels: the images.
            layer: the index of the hidden state to return: 0 is the input of the first layer, -1 is the output of the
                last layer, and -2 is the output of the second-to-last layer. Later layers are not computed.

        Raises:
            CourseError: the tower has no such layer.
        """
        states = len(self.layers) + 1
        if not -states <= layer < states:
            raise CourseError(f"layer must be from {-states} to {states - 1}, got {layer}")
        return self.hidden(pixels, layer % states)[:, int(self.has_class_token) :]

    def forward(self, pixels: BCYX) -> BD:
        """Encode each image as one vector.

        If there is a class token, only its output is needed, so the last layer computes only this position.
        """
        if not self.has_class_token:
            return self.pool(self.norm(self.hidden(pixels)))
        x = self.hidden(pixels, len(self.layers) - 1)
        return self.norm(read_one(self.layers[-1], x[:, :1], x))
