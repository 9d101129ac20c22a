"""Keep or change what heads hand over, while a model runs: ablation and activation patching."""

import contextlib
from collections.abc import Hashable, Iterator, Mapping, Sequence

import torch

from course_lib.nn.attention import MultiHeadAttention


@contextlib.contextmanager
def patched_heads(
    attention: MultiHeadAttention, heads: Sequence[int], value: torch.Tensor | float = 0.0
) -> Iterator[None]:
    """Within the block, these heads of a layer hand over `value`, not what they fetched.

    Args:
        attention: the layer; it is as before when the block ends.
        heads: the numbers of its query heads.
        value: what they hand over, B H T E for these heads, or a number: zero *ablates* them (Michel et al. 2019).
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
    """Yield a dict that holds, after a run inside the block, what the heads of each layer handed over, B H T E.

    Args:
        layers: attention layers by any names; they are as before when the block ends.
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
