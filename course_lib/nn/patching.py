"""Change what heads hand over, while a model runs: ablation and activation patching."""

import contextlib
from collections.abc import Iterator, Sequence

import torch

from course_lib.errors import CourseError
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

    Raises:
        CourseError: the layer has no such head.
    """
    attend, heads = attention.attend, list(heads)
    if not all(0 <= head < attention.num_heads for head in heads):
        raise CourseError(f"expected heads from 0 to {attention.num_heads - 1}, got {heads}")

    def patched(q, k, v, mask=None):
        output = attend(q, k, v, mask).clone()  # B H T E
        output[:, heads] = value
        return output

    attention.attend = patched
    try:
        yield
    finally:
        attention.attend = attend
