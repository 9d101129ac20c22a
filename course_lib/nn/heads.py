"""Split vectors into attention heads and merge them again (slide "Multiple Attention Heads")."""

from course_lib.errors import CourseError
from course_lib.shapes import BHTE, BTD


def split_heads(x: BTD, num_heads: int) -> BHTE:
    """Split the last axis into heads, D = H E, and move the head axis before the token axis."""
    return x.unflatten(-1, (num_heads, -1)).transpose(1, 2)


def merge_heads(x: BHTE) -> BTD:
    """Concatenate the heads: undo `split_heads`."""
    return x.transpose(1, 2).flatten(2)


def head_sizes(
    d_model: int, num_heads: int, num_kv_heads: int | None = None, d_head: int | None = None
) -> tuple[int, int]:
    """Return K and E. Default: H and D / H.

    Raises:
        CourseError: H is not a multiple of K, or D not a multiple of H.
    """
    num_kv_heads = num_heads if num_kv_heads is None else num_kv_heads
    if min(num_heads, num_kv_heads) < 1 or num_heads % num_kv_heads:
        raise CourseError(f"num_heads must be a multiple of num_kv_heads, got {num_heads} and {num_kv_heads}")
    if d_head is None and d_model % num_heads:
        raise CourseError(f"d_model must be a multiple of num_heads, got {d_model} and {num_heads}")
    return num_kv_heads, d_model // num_heads if d_head is None else d_head
