"""Split vectors into attention heads and merge them again (slide "Multiple Attention Heads")."""

from course_lib.errors import CourseError
from course_lib.shapes import BHTE, BTD


def split_heads(x: BTD, num_heads: int) -> BHTE:
    """Split the last axis into H heads of width E = D / H, and move the head axis before the token axis."""
    return x.unflatten(-1, (num_heads, -1)).transpose(1, 2)


def merge_heads(x: BHTE) -> BTD:
    """Concatenate the heads of each token. This undoes `split_heads`."""
    return x.transpose(1, 2).flatten(2)


def head_sizes(
    d_model: int, num_heads: int, num_kv_heads: int | None = None, d_head: int | None = None
) -> tuple[int, int]:
    """Return the number of key-value heads K and the width E of a head, after checking that the sizes fit together.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of query heads.
        num_kv_heads: K. Default: H.
        d_head: E. Default: D / H.

    Raises:
        CourseError: H is not a multiple of K, or E is not given and D is not a multiple of H.
    """
    num_kv_heads = num_heads if num_kv_heads is None else num_kv_heads
    if min(num_heads, num_kv_heads) < 1 or num_heads % num_kv_heads:
        raise CourseError(f"num_heads must be a multiple of num_kv_heads, got {num_heads} and {num_kv_heads}")
    if d_head is None and d_model % num_heads:
        raise CourseError(f"d_model must be a multiple of num_heads, got {d_model} and {num_heads}; choose other sizes")
    return num_kv_heads, d_model // num_heads if d_head is None else d_head
