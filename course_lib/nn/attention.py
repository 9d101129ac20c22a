"""Scaled dot-product attention, and the multi-head layer around it (Vaswani et al. 2017, sections 3.2.1 and 3.2.2)."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.kv_cache import KeysValues


def scaled_dot_product_attention(q, k, v, mask=None):
    """softmax(q kᵀ / √E) v, by torch's fused kernel; equal to `attention_weights(q, k, mask) @ v`.

    Args:
        q: queries, B H T E.
        k, v: keys and values, B K S E, where K divides H; each key-value head serves H / K query heads.
        mask: bool, True = may attend, or float, added to the scores; broadcast to B H T S.

    Returns:
        B H T E. A query that may attend to nothing gives zeros.
    """
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=q.shape[1] != k.shape[1])


def attention_weights(q, k, mask=None):
    """The weights softmax(q kᵀ / √E), step by step, B H T S. Arguments as in `scaled_dot_product_attention`."""
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    blind = (scores == -math.inf).all(dim=-1, keepdim=True)  # softmax of nothing but -inf would be NaN
    return scores.masked_fill(blind, 0.0).softmax(dim=-1).masked_fill(blind, 0.0)


def split_heads(x, num_heads):
    """Cut the last axis into heads and move them forward: B T D -> B H T E with D = H E."""
    return x.unflatten(-1, (num_heads, -1)).transpose(1, 2)


def merge_heads(x):
    """The way back: concatenate the heads, B H T E -> B T D."""
    return x.transpose(1, 2).flatten(2)


class MultiHeadAttention(nn.Module):
    """Four parts (slide "Multiple Attention Heads"): linear layers, attention per head, concatenation, final linear.

    With `num_kv_heads` below `num_heads`, several query heads share one key-value head (grouped-query attention).

    Raises:
        CourseError: `num_heads` does not divide `d_model`, or `num_kv_heads` does not divide `num_heads`.
    """

    def __init__(self, d_model, num_heads, num_kv_heads=None, bias=True):
        super().__init__()
        num_kv_heads = num_kv_heads or num_heads
        if d_model % num_heads:
            raise CourseError(f"d_model must be a multiple of num_heads, got {d_model} and {num_heads}")
        if num_heads % num_kv_heads:
            raise CourseError(f"num_heads must be a multiple of num_kv_heads, got {num_heads} and {num_kv_heads}")
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads
        d_kv = d_model // num_heads * num_kv_heads
        self.q_proj = nn.Linear(d_model, d_model, bias)
        self.k_proj = nn.Linear(d_model, d_kv, bias)
        self.v_proj = nn.Linear(d_model, d_kv, bias)
        self.o_proj = nn.Linear(d_model, d_model, bias)
        self.attend = scaled_dot_product_attention

    def forward(self, x, source=None, mask=None, cache=None):
        """Let each position of `x` gather from `source`.

        Args:
            x: where the queries come from, B T D.
            source: where keys and values come from, B S D, or `KeysValues` already projected; default: `x` itself.
            mask: bool, True = may attend, or float, added to the scores; broadcast to B H T S.
            cache: a `KVCache` that holds the keys and values of earlier positions and takes in the new ones.

        Returns:
            B T D.
        """
        q = split_heads(self.q_proj(x), self.num_heads)
        k, v = self.keys_values(x if source is None else source)
        if cache is not None:
            k, v = cache.update(k, v)
        return self.o_proj(merge_heads(self.attend(q, k, v, mask)))

    def keys_values(self, source):
        """Project `source`, B S D, to keys and values, B K S E each; what is projected already passes through."""
        if isinstance(source, KeysValues):
            return source
        return KeysValues(*(split_heads(proj(source), self.num_kv_heads) for proj in (self.k_proj, self.v_proj)))
