"""Scaled dot-product attention, and the multi-head layer around it (Vaswani et al. 2017, sections 3.2.1 and 3.2.2)."""

import math

import torch
from torch import nn

from course_lib.nn.attention_kernels import scaled_dot_product_attention
from course_lib.nn.heads import head_sizes, merge_heads, split_heads
from course_lib.nn.kv_cache import KeysValues
from course_lib.nn.softcap import softcap
from course_lib.shapes import BHTE, BHTS, BKSE, BSD, BTD, Gathered, Mask, Values


def attention_weights(q: BHTE, k: BKSE, mask: Mask | None = None, cap: float | None = None) -> BHTS:
    """Compute the attention weights softmax(q kᵀ / √E) step by step.

    Args:
        q, k: queries and keys. H is a multiple of K, and each key head serves H / K query heads.
        mask: a bool mask, where True means that the query may attend to the key, or a float mask, which is added to the
            scores. Default: no mask.
        cap: the limit of the scores, which then stay within ±cap; see `softcap`. Default: no limit.

    Returns:
        The attention weights. Each query's weights sum to 1, or are all 0 if the query may not attend to any key.
    """
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    scores = softcap(scores, cap)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    blind = (scores == -math.inf).all(dim=-1, keepdim=True)  # the softmax of only -inf would be NaN
    return scores.masked_fill(blind, 0.0).softmax(dim=-1).masked_fill(blind, 0.0)


class SoftcappedAttention:
    """Attention with soft-capped scores, as in Gemma 2.

    Use it instead of `scaled_dot_product_attention`, whose fused kernel can't cap scores.

    Args:
        cap: the limit of the scores, which then stay within ±cap; see `softcap`.
    """

    def __init__(self, cap: float):
        self.cap = cap

    def __call__(self, q: BHTE, k: BKSE, v: Values, mask: Mask | None = None) -> Gathered:
        """Compute attention with capped scores. The output is zero for a query that may not attend to any key."""
        weights = attention_weights(q, k, mask, self.cap)
        return weights @ v.repeat_interleave(q.shape[1] // v.shape[1], dim=1)


class MultiHeadAttention(nn.Module):
    """Multi-head attention in four steps: linear layers, attention per head, concatenation, and a final linear layer.

    To use another attention function, replace the attribute `attend`.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of heads.
        bias: whether the linear layers have biases.
        d_head: E, the width of each head. Default: D / H.

    Raises:
        CourseError: `d_head` is not given, and `d_model` is not a multiple of `num_heads`.

    (Slide "Multiple Attention Heads")
    """

    def __init__(self, d_model: int, num_heads: int, bias: bool = True, d_head: int | None = None):
        super().__init__()
        self.num_heads = num_heads
        _, d_head = head_sizes(d_model, num_heads, None, d_head)
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(d_model, num_heads * d_head, bias) for _ in range(3))
        self.o_proj = nn.Linear(num_heads * d_head, d_model, bias)
        self.attend = scaled_dot_product_attention

    def forward(self, x: BTD, source: BSD | KeysValues | None = None, mask: Mask | None = None) -> BTD:
        """Let each position of `x` attend to the positions of `source`.

        Args:
            x: the sequence from which the queries are computed.
            source: the sequence from which the keys and values are computed, or precomputed `KeysValues`. Default: `x`
                itself (self-attention).
            mask: a bool mask, where True means that the query may attend to the key, or a float mask, which is added to
                the scores. Default: no mask.
        """
        q = split_heads(self.q_proj(x), self.num_heads)
        k, v = self.keys_values(x if source is None else source)
        return self.o_proj(merge_heads(self.attend(q, k, v, mask)))

    def keys_values(self, source: BSD | KeysValues) -> KeysValues:
        """Compute the keys and values of `source`, or return `source` if it is already a `KeysValues`."""
        if isinstance(source, KeysValues):
            return source
        return KeysValues(*(split_heads(proj(source), self.num_heads) for proj in (self.k_proj, self.v_proj)))
