"""Decoder layers packed for writing: few and large steps, and weights as one row at a time reads them fastest.

To write one token is to read all weights once, with hardly anything to compute. What takes the time is the reading, and
the starting of one small step after the other. So these are plain objects and no modules: a call of them costs less.
Vectors are those of one new token of each text, B D.
"""

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.nn.rms_norm import RMSNorm


def exact(weight):
    """A product with a matrix, F D, that lies in long runs of memory: along its longer side."""
    tall = weight.shape[0] >= weight.shape[1]
    return partial(F.linear, weight=weight.t().contiguous().t() if tall else weight)


def rounded(dtype):
    """Products with matrices that are stored in another precision, such as torch.float16; a function like `exact`."""

    def store(weight):
        weight = weight.to(dtype)
        return lambda x: F.linear(x.to(dtype), weight).to(x.dtype)

    return store


class Matrix:
    """Linear layers that read the same vectors, as one, with the normalization before them: B D -> B F.

    The weights of the normalization are multiplied into the matrix. Outputs stand side by side.

    Args:
        layers: `nn.Linear`, all with a bias or all without.
        norm: an `RMSNorm` or `nn.LayerNorm`; default: none.
        store: how the matrix is kept: a function from a weight, F D, to a function from B D to B F.

    Raises:
        CourseError: a layer of another kind.
    """

    def __init__(self, *layers, norm=None, store=exact):
        unknown = [type(layer).__name__ for layer in layers if type(layer) is not nn.Linear]
        if unknown:
            raise CourseError(f"only nn.Linear can be packed, got a {unknown[0]} (LoRA: see merge_lora)")
        weight = torch.cat([layer.weight.detach() for layer in layers])
        biases = [layer.bias.detach() for layer in layers if layer.bias is not None]
        self.bias, self.norm = torch.cat(biases) if biases else None, norm
        if isinstance(norm, RMSNorm):
            root = math.sqrt(weight.shape[1])
            self.least = weight.new_tensor(root * math.sqrt(norm.eps))
            weight = weight * (norm.weight.detach() * root).to(weight.dtype)
        elif norm is not None:
            self.bias = weight @ norm.bias.detach() + (0 if self.bias is None else self.bias)
            weight = weight * norm.weight.detach()
        self.product = store(weight)

    def __call__(self, x):
        y = self.product(x if self.norm is None else self.normalize(x))
        return y if self.bias is None else y + self.bias

    def normalize(self, x):
        """What the normalization does to vectors before it multiplies them by its weights; a root of D is in these."""
        if isinstance(self.norm, RMSNorm):
            return x / torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), self.least)
        return F.layer_norm(x, self.norm.normalized_shape, eps=self.norm.eps)


class PackedLayer:
    """An `LlmLayer`, or an `EncoderLayer` of a decoder-only model, for one new token of each text.

    One matrix makes queries, keys and values, and one gate and content of a gated feed-forward network.
    """

    def __init__(self, layer, store=exact):
        attention, feed_forward = layer.self_attention, layer.feed_forward
        self.num_heads, self.num_kv_heads = attention.num_heads, attention.num_kv_heads
        self.attend, self.activation = attention.attend, feed_forward.activation
        self.gated = isinstance(feed_forward, GatedFeedForward)
        into_attention = attention.q_proj, attention.k_proj, attention.v_proj
        into_hidden = (feed_forward.gate_proj, feed_forward.up_proj) if self.gated else (feed_forward.up_proj,)
        self.qkv_proj = Matrix(*into_attention, norm=layer.self_attention_add_norm.norm, store=store)
        self.o_proj = Matrix(attention.o_proj, store=store)
        self.up_proj = Matrix(*into_hidden, norm=layer.feed_forward_add_norm.norm, store=store)
        self.down_proj = Matrix(feed_forward.down_proj, store=store)
        # norms that only an LlmLayer has, and not each
        self.qk_norms = [real(getattr(attention, name, None)) for name in ("q_norm", "k_norm")]
        parts = ("self_attention_post_norm", "feed_forward_post_norm")
        self.post_norms = [real(getattr(layer, name, None)) for name in parts]

    def __call__(self, x, rotate, cache):
        """B D -> B D; `rotate` is the `Rotation` of the new positions, or None, and `cache` the layer's `KVCache`."""
        x = x + after(self.post_norms[0], self.gather(x, rotate, cache))
        hidden = self.up_proj(x)
        if self.gated:
            gate, content = hidden.chunk(2, dim=-1)
            hidden = self.activation(gate) * content
        else:
            hidden = self.activation(hidden)
        return x + after(self.post_norms[1], self.down_proj(hidden))

    def gather(self, x, rotate, cache):
        """What attention makes of `x`."""
        h, k = self.num_heads, self.num_kv_heads
        heads = self.qkv_proj(x).view(len(x), h + 2 * k, 1, -1)  # B H+2K 1 E
        queries_keys, values = heads.split_with_sizes((h + k, k), dim=1)
        if self.qk_norms[0] is not None:
            parts = zip(self.qk_norms, queries_keys.split_with_sizes((h, k), dim=1), strict=True)
            queries_keys = torch.cat([norm(part) for norm, part in parts], dim=1)
        if rotate is not None:
            queries_keys = rotate(queries_keys)
        queries, keys = queries_keys.split_with_sizes((h, k), dim=1)
        return self.o_proj(self.attend(queries, *cache.update(keys, values)).flatten(1))


def real(module):
    """A module that does something, or None."""
    return None if isinstance(module, nn.Identity) else module


def after(norm, x):
    """What a norm makes of `x`, if there is one."""
    return x if norm is None else norm(x)
