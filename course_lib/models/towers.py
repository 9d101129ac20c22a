"""What the towers of a `Clip` share: pre-norm encoder layers, with the activation and the normalization of a config."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn import ACTIVATIONS, EncoderLayer
from course_lib.shapes import BD, BSD, BTD, Mask


def check_activation(name: str) -> None:
    """Raise a CourseError for a name that is not among `ACTIVATIONS`."""
    if name not in ACTIVATIONS:
        raise CourseError(f"unknown activation {name!r}; known: {', '.join(ACTIVATIONS)}")


def norm_of(config: Any) -> Callable[[int], nn.LayerNorm]:
    """What makes a tower's normalizations, from their width."""
    return partial(nn.LayerNorm, eps=config.norm_eps)


def encoder_layers(config: Any) -> nn.ModuleList:
    """The layers of a tower: the slides' encoder layers, with the norm before each block."""
    activation = ACTIVATIONS[config.activation]
    sizes = config.d_model, config.num_heads, config.d_ff, config.dropout
    return nn.ModuleList(
        EncoderLayer(*sizes, norm_first=True, activation=activation, norm=norm_of(config))
        for _ in range(config.num_layers)
    )


def read_one(layer: EncoderLayer, one: BTD, x: BSD, mask: Mask | None = None) -> BD:
    """What a layer makes of `one` position of each row of `x`; the others are only attended to.

    `mask`: what this position may attend to.
    """
    norm = layer.self_attention_norm
    one = one + layer.dropout(layer.self_attention(norm(one), norm(x), mask))
    return (one + layer.dropout(layer.feed_forward(layer.feed_forward_norm(one))))[:, 0]
