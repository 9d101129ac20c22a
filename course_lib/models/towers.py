"""Helpers that the two towers of a `Clip` share: pre-norm encoder layers and their normalization."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn import ACTIVATIONS, EncoderLayer
from course_lib.shapes import BD, BSD, BTD, Mask


def check_activation(name: str) -> None:
    """Check that an activation is one of `ACTIVATIONS`.

    Raises:
        CourseError: the name is unknown.
    """
    if name not in ACTIVATIONS:
        raise CourseError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")


def norm_of(config: Any) -> Callable[[int], nn.LayerNorm]:
    """Return a function that makes a tower's normalization layers from their size."""
    return partial(nn.LayerNorm, eps=config.norm_eps)


def encoder_layers(config: Any) -> nn.ModuleList:
    """Make the layers of a tower: encoder layers with pre-norm."""
    activation = ACTIVATIONS[config.activation]
    sizes = config.d_model, config.num_heads, config.d_ff, config.dropout
    return nn.ModuleList(
        EncoderLayer(*sizes, norm_first=True, activation=activation, norm=norm_of(config))
        for _ in range(config.num_layers)
    )


def read_one(layer: EncoderLayer, one: BTD, x: BSD, mask: Mask | None = None) -> BD:
    """Compute a layer's output for only one position of each batch row.

    Args:
        layer: the encoder layer.
        one: the vector at this position.
        x: the vectors at all positions, which are attended to.
        mask: the mask of this position. Default: no mask.
    """
    norm = layer.self_attention_norm
    one = one + layer.dropout(layer.self_attention(norm(one), norm(x), mask))
    return (one + layer.dropout(layer.feed_forward(layer.feed_forward_norm(one))))[:, 0]
