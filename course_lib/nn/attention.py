"""Scaled dot-product attention, and the multi-head layer around it (Vaswani et al. 2017, sections 3.2.1 and 3.2.2)."""

import math
from collections.abc import Callable

import torch
from torch import nn

from course_lib.nn.attention_kernels import scaled_dot_product_attention
from course_lib.nn.heads import head_sizes, merge_heads, split_heads
from course_lib.nn.kv_cache import KeysValues, KVCache
from course_lib.nn.softcap import softcap
from course_lib.shapes import BHTE, BHTS, BKSE, BSD, BTD, Gathered, Mask, Values


def attention_weights(q: BHTE, k: BKSE, mask: Mask | None = None, cap: float | None = None) -> BHTS:
    """The weights softmax(q kᵀ / √E), step by step; with a `cap`, the scores are kept within it by `softcap`.

    The other arguments as in `scaled_dot_product_attention`.
    """
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    scores = softcap(scores, cap)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    blind = (scores == -math.inf).all(dim=-1, keepdim=True)  # softmax of nothing but -inf would be NaN
    return scores.masked_fill(blind, 0.0).softmax(dim=-1).masked_fill(blind, 0.0)


class SoftcappedAttention:
    """Takes the place of `scaled_dot_product_attention`: the fused kernel has no place for a `cap` (Gemma 2)."""

    def __init__(self, cap: float):
        self.cap = cap

    def __call__(self, q: BHTE, k: BKSE, v: Values, mask: Mask | None = None) -> Gathered:
        """A query that may attend to nothing gives zeros."""
        weights = attention_weights(q, k, mask, self.cap)
        return weights @ v.repeat_interleave(q.shape[1] // v.shape[1], dim=1)


def identity(x: BHTE) -> BHTE:
    """Nothing is done: positions that are not turned."""
    return x


class MultiHeadAttention(nn.Module):
    """Four parts (slide "Multiple Attention Heads"): linear layers, attention per head, concatenation, final linear.

    Three attributes may be exchanged: `q_norm` and `k_norm`, which normalize each query and each key (by default they
    do nothing; in Qwen 3 and Gemma 3 they are an `RMSNorm`), and `attend`, the kernel.

    Args:
        d_model: D.
        num_heads: H query heads.
        num_kv_heads: K key-value heads; each serves H / K query heads (slide "Grouped-Query Attention"). Default: H.
        bias: whether queries, keys and values have biases.
        d_head: E; default D / H.
        output_bias: whether the last linear layer has a bias; default: as the others.

    Raises:
        CourseError: the numbers of heads don't fit.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        num_kv_heads: int | None = None,
        bias: bool = True,
        d_head: int | None = None,
        output_bias: bool | None = None,
    ):
        super().__init__()
        self.num_heads = num_heads
        self.num_kv_heads, d_head = head_sizes(d_model, num_heads, num_kv_heads, d_head)
        self.q_proj = nn.Linear(d_model, num_heads * d_head, bias)
        self.k_proj = nn.Linear(d_model, self.num_kv_heads * d_head, bias)
        self.v_proj = nn.Linear(d_model, self.num_kv_heads * d_head, bias)
        self.o_proj = nn.Linear(num_heads * d_head, d_model, bias if output_bias is None else output_bias)
        self.q_norm = self.k_norm = nn.Identity()
        self.attend = scaled_dot_product_attention

    def forward(
        self,
        x: BTD,
        source: BSD | KeysValues | None = None,
        mask: Mask | None = None,
        cache: KVCache | None = None,
        rotate: Callable[[BHTE], BHTE] = identity,
    ) -> BTD:
        """Let each position of `x` gather from `source`.

        Args:
            x: where the queries come from.
            source: where keys and values come from, or `KeysValues` already projected; default: `x` itself.
            mask: bool, True = may attend, or float, added to the scores.
            cache: a `KVCache` that holds the keys and values of earlier positions and takes in the new ones.
            rotate: turns queries and keys, such as the `Rotation` at the positions of `x` (slide "NoPE + RoPE"); what
                is cached has been turned already.
        """
        q = rotate(self.q_norm(split_heads(self.q_proj(x), self.num_heads)))
        k, v = self.keys_values(x if source is None else source, rotate)
        if cache is not None:
            k, v = cache.update(k, v)
        return self.o_proj(merge_heads(self.attend(q, k, v, mask)))

    def keys_values(self, source: BSD | KeysValues, rotate: Callable[[BHTE], BHTE] = identity) -> KeysValues:
        """Project `source` to keys and values; what is projected already passes through."""
        if isinstance(source, KeysValues):
            return source
        k, v = (split_heads(proj(source), self.num_kv_heads) for proj in (self.k_proj, self.v_proj))
        return KeysValues(rotate(self.k_norm(k)), v)
