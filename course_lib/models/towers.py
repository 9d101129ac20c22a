"""Helper functions for the two towers of a `Clip` model, which both consist of pre-norm encoder layers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn import ACTIVATIONS, EncoderLayer
from course_lib.shapes import BD, BSD, BTD, Mask


def check_activation(name: str) -> None:
    """Check that there is an activation function with this name.

    Raises:
        CourseError: the name is not a key of `course_lib.nn.ACTIVATIONS`.
    """
    if name not in ACTIVATIONS:
        raise CourseError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")


def norm_of(config: Any) -> Callable[[int], nn.LayerNorm]:
    """Return a function that creates a LayerNorm of a given size, with the epsilon from a tower's config."""
    return partial(nn.LayerNorm, eps=config.norm_eps)


def encoder_layers(config: Any) -> nn.ModuleList:
    """Create the pre-norm encoder layers of a tower from its config."""
    activation = ACTIVATIONS[config.activation]
    sizes = config.d_model, config.num_heads, config.d_ff, config.dropout
    return nn.ModuleList(
        EncoderLayer(*sizes, norm_first=True, activation=activation, norm=norm_of(config))
        for _ in range(config.num_layers)
    )


def read_one(layer: EncoderLayer, one: BTD, x: BSD, mask: Mask | None = None) -> BD:
    """Compute the output of an encoder layer at only one position per batch row, which saves time.

    Args:
        layer: a pre-norm encoder layer.
        one: the layer's input at this position, with T = 1.
        x: the layer's input at all positions, which this position attends to.
        mask: the row of the attention mask for this position. Default: no mask.
    """
    norm = layer.self_attention_norm
    one = one + layer.dropout(layer.self_attention(norm(one), norm(x), mask))
    return (one + layer.dropout(layer.feed_forward(layer.feed_forward_norm(one))))[:, 0]
