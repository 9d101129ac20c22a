"""The weights of our blocks under the names that torch's own modules have for them, for comparisons."""

from functools import singledispatch

import torch
from torch import nn

from course_lib.nn import CausalSelfAttention, DecoderLayer, EncoderLayer, MultiHeadAttention

Weights = dict[str, torch.Tensor]


@singledispatch
def torch_weights(block: nn.Module) -> Weights:
    """Return the weights for `load_state_dict` of torch's module, with which it computes the same as `block`.

    Of a `MultiHeadAttention` for nn.MultiheadAttention, of an `EncoderLayer` for nn.TransformerEncoderLayer, of a
    `DecoderLayer` for nn.TransformerDecoderLayer; of anything else, its parameters under their own names.
    """
    return dict(block.named_parameters())


@torch_weights.register
def _attention(block: MultiHeadAttention | CausalSelfAttention) -> Weights:
    """Torch stacks the three first projections."""
    stacked = [block.q_proj, block.k_proj, block.v_proj]
    weights = {"in_proj_weight": torch.cat([proj.weight for proj in stacked])}
    if block.q_proj.bias is not None:
        weights["in_proj_bias"] = torch.cat([proj.bias for proj in stacked])
    return weights | prefixed("out_proj", block.o_proj)


@torch_weights.register
def _encoder_layer(block: EncoderLayer) -> Weights:
    return (
        prefixed("self_attn", block.self_attention)
        | prefixed("norm1", block.self_attention_norm)
        | prefixed("linear1", block.feed_forward.up_proj)
        | prefixed("linear2", block.feed_forward.down_proj)
        | prefixed("norm2", block.feed_forward_norm)
    )


@torch_weights.register
def _decoder_layer(block: DecoderLayer) -> Weights:
    return (
        prefixed("self_attn", block.self_attention)
        | prefixed("norm1", block.self_attention_norm)
        | prefixed("multihead_attn", block.cross_attention)
        | prefixed("norm2", block.cross_attention_norm)
        | prefixed("linear1", block.feed_forward.up_proj)
        | prefixed("linear2", block.feed_forward.down_proj)
        | prefixed("norm3", block.feed_forward_norm)
    )


def prefixed(prefix: str, block: nn.Module) -> Weights:
    """The weights of a part, as its owner calls them."""
    return {f"{prefix}.{name}": tensor for name, tensor in torch_weights(block).items()}
