"""A decoder layer as one compiled function for single tokens (see `loops`), or a few large products for many."""

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models.llm import LlmLayer
from course_lib.nn import CausalSelfAttention, View
from course_lib.nn.attention import merge_heads, scaled_dot_product_attention, split_heads
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.nn.kv_cache import KVCache
from course_lib.nn.rms_norm import RMSNorm
from course_lib.nn.rotary import Rotation
from course_lib.shapes import BD, BTD, FD, Keep, Vectors
from course_lib.workshop.fast.packed_linear import LOOPED, PackedLinear, as_arrays, is_few

SMALL = 2**18  # weights; a smaller matrix is read before a second core has woken up


def can_be_compiled(layer: nn.Module) -> bool:
    """Return whether a layer is a Llama layer (Touvron et al. 2023, section 2.2) with matrices that suit the loops."""
    if type(layer) is not LlmLayer or type(layer.self_attention) is not CausalSelfAttention:
        return False
    attention, feed_forward = layer.self_attention, layer.feed_forward
    before = layer.self_attention_norm, layer.feed_forward_norm
    behind = attention.q_norm, attention.k_norm, layer.self_attention_post_norm, layer.feed_forward_post_norm
    return (
        attention.attend is scaled_dot_product_attention
        and type(feed_forward) is GatedFeedForward
        and feed_forward.activation is F.silu
        and all(type(norm) is RMSNorm and norm.weight.dtype == torch.float32 for norm in before)
        and all(type(norm) is nn.Identity for norm in behind)
        and all(are_read_well(group) for group in matrices(layer))
        and all(linear.bias is None for group in matrices(layer)[1:] for linear in group)
    )


def matrices(layer: LlmLayer) -> list[list[nn.Module]]:
    """Return the linear layers in the order of their use, grouped by their input."""
    attention, feed_forward = layer.self_attention, layer.feed_forward
    return [
        [attention.q_proj, attention.k_proj, attention.v_proj],
        [attention.o_proj],
        [feed_forward.gate_proj, feed_forward.up_proj],
        [feed_forward.down_proj],
    ]


def is_large(weight: FD) -> bool:
    """Return whether a compiled loop on all cores is the fastest way to read a matrix."""
    return weight.is_cpu and weight.numel() >= SMALL and weight.dtype in LOOPED


def are_read_well(group: list[nn.Module]) -> bool:
    """Return whether compiled loops suit a group of layers.

    The layers must be on the CPU and stored in the same way: all packed, or all in float32 with at least one large
    matrix.
    """
    kinds, first = {type(layer) for layer in group}, group[0]
    if kinds == {nn.Linear}:
        return first.weight.dtype == torch.float32 and any(is_large(layer.weight) for layer in group)
    return len(kinds) == 1 and isinstance(first, PackedLinear) and next(first.buffers()).is_cpu


def parts(layer: nn.Module) -> dict[str, torch.Tensor]:
    """Return the tensors that store the matrix of a linear layer, packed or not, by name."""
    return dict(layer.named_buffers()) if isinstance(layer, PackedLinear) else {"weight": layer.weight}


@torch.inference_mode(mode=False)  # their weights can still be trained
def joined(*layers: nn.Module) -> nn.Module:
    """Join layers into one layer, with their outputs concatenated. The original layers become views of its memory."""
    first, wholes = layers[0], {}
    for name in parts(first):
        same = [parts(layer)[name] for layer in layers]
        wholes[name] = torch.cat([part.detach() for part in same])
        for part, place in zip(same, wholes[name].split([len(part) for part in same]), strict=True):
            part.data = place
    bias = None if all(layer.bias is None for layer in layers) else bias_of(*layers)
    if isinstance(first, PackedLinear):
        return first.like(sum(layer.out_features for layer in layers), bias, **wholes)
    whole = nn.Linear(*wholes["weight"].t().shape, bias=False, device="meta")
    whole.weight = nn.Parameter(wholes["weight"], requires_grad=False)
    whole.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)
    return whole


class CompiledLayer:
    """An `LlmLayer` as a compiled function for one new token per sequence. `read` processes several new tokens.

    Matrices with the same input are joined in place. The original layer is called if there are many sequences or
    gradients (see `is_few`), a mask, no rotation, or a cache other than a plain `KVCache`.

    Args:
        layer: a layer for which `can_be_compiled` is true.
    """

    def __init__(self, layer: LlmLayer):
        from course_lib.workshop.fast import loops  # importing numba takes a second

        attention = layer.self_attention
        self.qkv, self.out, self.gate_up, self.down = wholes = [joined(*group) for group in matrices(layer)]
        qkv, out, gate_up, down = (as_arrays(parts(whole).values()) for whole in wholes)
        norms = layer.self_attention_norm, layer.feed_forward_norm
        norm, feed_forward_norm = ((norm.weight.detach().numpy(), np.float32(norm.eps)) for norm in norms)
        self.weights = norm, qkv, bias_of(*matrices(layer)[0]).float().numpy(), out, feed_forward_norm, gate_up, down
        self.layer, self.run = layer, loops.layer
        self.key = torch.empty(1, attention.num_kv_heads, 1, attention.k_proj.out_features // attention.num_kv_heads)

    def __call__(self, x: BD, view: View, layer: int) -> BD:
        """Compute the output of the layer. The arguments are those of `FusedLayer.__call__`."""
        attention = self.layer.self_attention
        cache = None if view.cache is None else view.cache.layers[layer]
        is_plain = type(cache) is KVCache and not attention.shares_kv and view.mask(attention.window) is None
        rotate = view.rotation(attention.rotary, x.dtype) if is_plain and attention.rotary is not None else None
        if not (is_plain and type(rotate) is Rotation and is_few(x)):
            return self.layer(x.unsqueeze(1), view, layer).squeeze(1)
        key = self.key if x.shape[0] == 1 else self.key.expand(x.shape[0], -1, -1, -1)
        held = [part.detach().numpy() for part in cache.room(key, key)]
        y = self.run(x.detach().numpy(), *angles(rotate), *held, cache.length, self.weights)
        cache.length += 1
        return torch.from_numpy(y)

    def read(self, x: BTD, view: View, number: int, keep: Keep = None) -> Vectors:
        """Compute the output for several new tokens per sequence, in four large products, without gradients.

        Args:
            x: vectors of the new tokens.
            view: the positions, masks, and cache.
            number: the number of this layer.
            keep: positions to compute outputs for. The keys and values of all positions are cached. Default: all.
        """
        layer, attention = self.layer, self.layer.self_attention
        h, k = attention.num_heads, attention.num_kv_heads
        qkv = split_heads(self.qkv(layer.self_attention_norm(x)), h + 2 * k)
        queries, keys = view.rotate(qkv[:, : h + k], attention.rotary).split((h, k), dim=1)
        found = view.update(number, keys, qkv[:, h + k :], attention.shares_kv)
        gathered = merge_heads(attention.attend(queries, *found, view.mask(attention.window)))
        if keep is not None:
            x, gathered = x[keep], gathered[keep]
        x = x + self.out(gathered)
        gate, content = self.gate_up(layer.feed_forward_norm(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * content)


@lru_cache(maxsize=2)  # all layers with the same base share a rotation
def angles(rotate: Rotation) -> list[np.ndarray]:
    """Return the cosines and sines of the angles in each row."""
    return [part.reshape(part.shape[0], -1).numpy() for part in (rotate.cos, rotate.sin)]


def bias_of(*layers: nn.Module) -> torch.Tensor:
    """Return the biases of some layers, concatenated, with zeros for layers without a bias."""
    biases = [torch.zeros(layer.out_features) if layer.bias is None else layer.bias.detach() for layer in layers]
    return torch.cat(biases)
