"""Activation patching and ablation: record or replace the outputs of attention heads while a model runs."""

import contextlib
from collections.abc import Hashable, Iterator, Mapping, Sequence

import torch

from course_lib.nn.attention import MultiHeadAttention


@contextlib.contextmanager
def patched_heads(
    attention: MultiHeadAttention, heads: Sequence[int], value: torch.Tensor | float = 0.0
) -> Iterator[None]:
    """Replace the outputs of some attention heads of a layer inside a `with` block.

    Args:
        attention: the attention layer. It is restored at the end of the block.
        heads: the numbers of the query heads to replace.
        value: the new outputs, with the shape B H T E, where H is the number of replaced heads. It can also be one
            number: zero *ablates* the heads (Michel et al. 2019).
    """
    attend = attention.attend

    def patched(q, k, v, mask=None):
        output = attend(q, k, v, mask).clone()  # B H T E
        output[:, list(heads)] = value
        return output

    attention.attend = patched
    try:
        yield
    finally:
        attention.attend = attend


@contextlib.contextmanager
def head_outputs(layers: Mapping[Hashable, MultiHeadAttention]) -> Iterator[dict[Hashable, torch.Tensor]]:
    """Record the outputs of all heads of some attention layers inside a `with` block.

    Args:
        layers: attention layers under any names. They are restored at the end of the block.

    Yields:
        A dict that maps each name to the layer's outputs in its last run, B H T E.
    """
    kept, attends = {}, {name: layer.attend for name, layer in layers.items()}

    def keeping(name, attend):
        def kept_attend(q, k, v, mask=None):
            kept[name] = attend(q, k, v, mask)
            return kept[name]

        return kept_attend

    try:
        for name, layer in layers.items():
            layer.attend = keeping(name, attends[name])
        yield kept
    finally:
        for name, layer in layers.items():
            layer.attend = attends[name]
