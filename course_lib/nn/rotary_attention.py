"""Self-attention of a modern decoder: rotated queries and keys, and few key-value heads (RoPE and GQA)."""

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.attention import merge_heads, scaled_dot_product_attention, split_heads


class RotaryAttention(nn.Module):
    """Causal self-attention with positions as rotations (slide "NoPE + RoPE") and shared keys and values (slide "GQA").

    Args:
        d_model: D.
        num_heads: H query heads.
        num_kv_heads: K key-value heads; each serves H / K query heads.
        d_head: E; default D / H.
        bias: whether queries, keys and values have biases, as in Qwen 2; the output has none.
        qk_norm: makes the normalization of each query and each key, from E, as in Qwen 3 and Gemma 3; default: none.
        attend: the kernel, such as a `SoftcappedAttention`.

    Raises:
        CourseError: the numbers of heads don't fit.
    """

    def __init__(
        self,
        d_model,
        num_heads,
        num_kv_heads,
        d_head=None,
        bias=False,
        qk_norm=nn.Identity,
        attend=scaled_dot_product_attention,
    ):
        super().__init__()
        if num_heads % num_kv_heads:
            raise CourseError(f"num_heads must be a multiple of num_kv_heads, got {num_heads} and {num_kv_heads}")
        if d_head is None and d_model % num_heads:
            raise CourseError(f"d_model must be a multiple of num_heads, got {d_model} and {num_heads}")
        d_head = d_head or d_model // num_heads
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads
        self.q_proj = nn.Linear(d_model, num_heads * d_head, bias)
        self.k_proj = nn.Linear(d_model, num_kv_heads * d_head, bias)
        self.v_proj = nn.Linear(d_model, num_kv_heads * d_head, bias)
        self.o_proj = nn.Linear(num_heads * d_head, d_model, bias=False)
        self.q_norm, self.k_norm = qk_norm(d_head), qk_norm(d_head)
        self.attend = attend

    def forward(self, x, rotate, mask=None, cache=None):
        """B T D -> B T D.

        Args:
            x: the sequence, B T D.
            rotate: the `Rotation` at the positions of `x`; what is cached has been rotated already.
            mask: bool, True = may attend; broadcast to B H T S.
            cache: a `KVCache` that holds the keys and values of earlier positions and takes in the new ones.
        """
        q = rotate(self.q_norm(split_heads(self.q_proj(x), self.num_heads)))
        k = rotate(self.k_norm(split_heads(self.k_proj(x), self.num_kv_heads)))
        v = split_heads(self.v_proj(x), self.num_kv_heads)
        if cache is not None:
            k, v = cache.update(k, v)
        return self.o_proj(merge_heads(self.attend(q, k, v, mask)))
