"""Decoder layers fused for generation: a few large steps, with weights stored for fast matrix-vector products.

To generate one token, a model must read all its weights once, with little to compute. The time goes into reading the
weights and into starting many small steps. These classes are plain objects instead of modules, because calling them is
cheaper. The vectors are those of one new token per sequence, B D.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.gpt import GptLayer
from course_lib.models.llm import LlmLayer
from course_lib.nn import CausalSelfAttention, View
from course_lib.nn.feed_forward import FeedForward
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.nn.rms_norm import RMSNorm
from course_lib.shapes import BD, BF, FD
from course_lib.workshop.fast.compiled_layer import CompiledLayer, can_be_compiled, is_large
from course_lib.workshop.fast.packed_linear import PackedLinear, PackedMatrix, is_few, looped


def full_precision(weight: FD) -> Callable:
    """Return a function that multiplies by a matrix without rounding it.

    A small matrix is stored so that its longer side is contiguous in memory.
    """
    if is_large(weight) and weight.dtype == torch.float32:
        return read_by_loops(weight)
    tall = weight.shape[0] >= weight.shape[1]
    return partial(F.linear, weight=weight.t().contiguous().t() if tall else weight)


def low_precision(dtype: torch.dtype) -> Callable[[FD], Callable]:
    """Return a function like `full_precision` that stores matrices in another precision, such as torch.float16."""

    def precision(weight):
        weight = weight.to(dtype)
        return read_by_loops(weight) if is_large(weight) else lambda x: F.linear(x.to(dtype), weight).to(x.dtype)

    return precision


def read_by_loops(weight: FD) -> Callable:
    """Return a function that multiplies by a matrix in its stored precision."""
    return lambda x: looped(x, [weight]) if is_few(x) else F.linear(x.to(weight.dtype), weight).to(x.dtype)


class Matrix:
    """Linear layers with the same input, joined into one, with the normalization before them.

    The weights of the normalization are multiplied into the matrix. The outputs of the layers are concatenated.

    Args:
        layers: `nn.Linear` layers, all with a bias or all without.
        norm: an `RMSNorm` or `nn.LayerNorm`. Default: no normalization.
        precision: how to store the matrix: a function from a weight to a function that multiplies by it.

    Raises:
        CourseError: a layer or the normalization belongs to another class.
    """

    def __init__(self, *layers: nn.Module, norm: nn.Module | None = None, precision: Callable = full_precision):
        check_parts(layers, norm)
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
        self.product = precision(weight)

    def __call__(self, x: BD) -> BF:
        y = self.product(x if self.norm is None else self.normalize(x))
        return y if self.bias is None else y + self.bias

    def normalize(self, x: BD) -> BD:
        """Normalize vectors without the norm's weights. With an `RMSNorm`, the matrix also contains a factor of √D."""
        if isinstance(self.norm, RMSNorm):
            return x / torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), self.least)
        return F.layer_norm(x, self.norm.normalized_shape, eps=self.norm.eps)


def matrix(
    *layers: nn.Module, norm: nn.Module | None = None, precision: Callable = full_precision
) -> Matrix | PackedMatrix:
    """Return a `Matrix`, or a `PackedMatrix` for layers whose weights are packed."""
    is_packed = any(isinstance(layer, PackedLinear) for layer in layers)
    return PackedMatrix(*layers, norm=norm) if is_packed else Matrix(*layers, norm=norm, precision=precision)


def check_parts(layers: Sequence[nn.Module], norm: nn.Module | None) -> None:
    """Check that a `Matrix` supports these layers and this normalization.

    Raises:
        CourseError: a class is not supported, or only some of the layers have a bias.
    """
    unknown = [type(layer).__name__ for layer in layers if type(layer) is not nn.Linear]
    if unknown:
        raise CourseError(
            f"layers must be nn.Linear to be fused, got {unknown[0]}; merge LoRA layers with merge_lora first"
        )
    if len({layer.bias is None for layer in layers}) > 1:
        raise CourseError(
            "layers must all have a bias, or all have none, to be fused into one matrix, got some of each"
        )
    is_known = norm is None or type(norm) is RMSNorm or (type(norm) is nn.LayerNorm and norm.bias is not None)
    if not is_known:
        raise CourseError(f"a normalization must be an RMSNorm or an nn.LayerNorm with a bias to be fused, got {norm}")


class FusedFeedForward:
    """A feed-forward network and the normalization before it. One matrix computes both the gate and the content."""

    def __init__(self, feed_forward: FeedForward | GatedFeedForward, norm: nn.Module, precision: Callable):
        self.gated, self.activation = isinstance(feed_forward, GatedFeedForward), feed_forward.activation
        into_hidden = (feed_forward.gate_proj, feed_forward.up_proj) if self.gated else (feed_forward.up_proj,)
        self.up_proj = matrix(*into_hidden, norm=norm, precision=precision)
        self.down_proj = matrix(feed_forward.down_proj, precision=precision)

    def __call__(self, x: BD) -> BD:
        hidden = self.up_proj(x)
        if self.gated:
            gate, content = hidden.chunk(2, dim=-1)
            return self.down_proj(self.activation(gate) * content)
        return self.down_proj(self.activation(hidden))


def fused_feed_forward(feed_forward: nn.Module, norm: nn.Module, precision: Callable) -> Callable[[BD], BD]:
    """Return a fused feed-forward network, or the original one if it can't be fused, such as a mixture of experts."""
    if type(feed_forward) in (FeedForward, GatedFeedForward):
        return FusedFeedForward(feed_forward, norm, precision)
    return lambda x: feed_forward(norm(x.unsqueeze(1))).squeeze(1)


class FusedLayer:
    """An `LlmLayer` or `GptLayer` for one new token per sequence.

    One matrix computes queries, keys, and values. Other feed-forward networks than those in `nn` are used unchanged.

    Args:
        layer: the layer to fuse.
        precision: how to store the matrices, see `fuse`.

    Raises:
        CourseError: the layer or its attention belongs to another class.
    """

    def __init__(self, layer: nn.Module, precision: Callable = full_precision):
        attention = layer.self_attention
        check_kinds(layer, attention)
        self.attention = attention
        self.rotary, self.window, self.shares_kv = attention.rotary, attention.window, attention.shares_kv
        projections = attention.q_proj, attention.k_proj, attention.v_proj
        self.qkv_proj = matrix(*projections, norm=layer.self_attention_norm, precision=precision)
        self.widths = [proj.out_features for proj in projections]
        self.o_proj = matrix(attention.o_proj, precision=precision)
        self.feed_forward = fused_feed_forward(layer.feed_forward, layer.feed_forward_norm, precision)
        self.qk_norms = [real(attention.q_norm), real(attention.k_norm)]
        parts = ("self_attention_post_norm", "feed_forward_post_norm")  # only an LlmLayer has these
        self.post_norms = [real(getattr(layer, name, None)) for name in parts]

    def __call__(self, x: BD, view: View, layer: int) -> BD:
        """Compute the output of the layer. The arguments are those of `LlmLayer.forward`."""
        x = x + after(self.post_norms[0], self.gather(x, view, layer))
        return x + after(self.post_norms[1], self.feed_forward(x))

    def gather(self, x: BD, view: View, layer: int) -> BD:
        """Compute the output of the attention."""
        h, k = self.attention.num_heads, self.attention.num_kv_heads
        queries, keys, values = self.widths
        queries_keys, values = self.qkv_proj(x).split_with_sizes((queries + keys, values), dim=1)
        queries_keys, values = queries_keys.view(len(x), h + k, 1, -1), values.view(len(x), k, 1, -1)
        if self.qk_norms[0] is not None:
            parts = zip(self.qk_norms, queries_keys.split_with_sizes((h, k), dim=1), strict=True)
            queries_keys = torch.cat([norm(part) for norm, part in parts], dim=1)
        queries_keys = view.rotate(queries_keys, self.rotary)
        queries, keys = queries_keys.split_with_sizes((h, k), dim=1)
        found = view.update(layer, keys, values, self.shares_kv)
        return self.o_proj(self.attention.attend(queries, *found, view.mask(self.window)).flatten(1))


def fused_layer(layer: nn.Module, precision: Callable) -> Callable[..., BD]:
    """Return a `FusedLayer`, or a `CompiledLayer` if the layer can be compiled and the precision is full.

    An `LlmLayer` with another mixer than `CausalSelfAttention` is used unchanged.
    """
    if type(layer) is LlmLayer and type(layer.self_attention) is not CausalSelfAttention:
        return lambda x, view, number: layer(x.unsqueeze(1), view, number).squeeze(1)
    return (
        CompiledLayer(layer) if precision is full_precision and can_be_compiled(layer) else FusedLayer(layer, precision)
    )


def check_kinds(layer: nn.Module, attention: nn.Module) -> None:
    """Check that `FusedLayer` supports a layer and its attention.

    Raises:
        CourseError: one of their classes is not supported.
    """
    if type(layer) not in (GptLayer, LlmLayer):
        raise CourseError(f"a layer must be a GptLayer or an LlmLayer to be fused, got {type(layer).__name__}")
    if type(attention) is not CausalSelfAttention:
        raise CourseError(f"attention must be a CausalSelfAttention to be fused, got {type(attention).__name__}")


def real(module: nn.Module | None) -> nn.Module | None:
    """Return the module, or None if it is an `nn.Identity`."""
    return None if isinstance(module, nn.Identity) else module


def after(norm: nn.Module | None, x: BD) -> BD:
    """Apply a normalization if there is one."""
    return x if norm is None else norm(x)
