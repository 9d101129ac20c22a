"""torch's own modules, run with our weights: the twins that the blocks and models of the course must equal.

A twin takes its weights as functions of ours (`in_proj_weight` is our three projections, stacked). So both results
can be differentiated with respect to the same tensors, and all gradients can be compared one by one.
"""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

from course_lib.nn import causal_mask, padding_mask
from course_lib.workshop.convert import torch_weights
from course_lib.workshop.convert.torch_nn import prefixed

# Sizes are distinct primes (D is a product of two), so that no axis can pass for another.
B, T, S, H, E, D_FF, V = 2, 5, 7, 3, 11, 13, 17
D = H * E


def self_attention_masks():
    """For each kind of mask: ours, and the two arguments that torch has for it."""
    positions = torch.arange(T)
    token_ids = torch.tensor([[3, 5, 2, 4, 0], [7, 2, 0, 0, 0]])
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    bias = torch.randn(B, H, T, T)
    return {
        "no mask": (None, None, None),
        "causal": (causal_mask(positions), later, None),
        "padding": (padding_mask(token_ids, 0), None, token_ids == 0),
        "causal and padding": (causal_mask(positions) & padding_mask(token_ids, 0), later, token_ids == 0),
        "float": (bias, bias.flatten(0, 1), None),
    }


each_kind_of_mask = pytest.mark.parametrize("kind", self_attention_masks())
both_norms = pytest.mark.parametrize("norm_first", [False, True], ids=["post-norm", "pre-norm"])


class Twin:
    """One of torch's modules; a call runs it with our weights in the place of its own."""

    def __init__(self, module, weights):
        assert {name for name, _ in module.named_parameters()} == set(weights)
        self.module, self.weights = module, weights

    def __call__(self, *args, **kwargs):
        return functional_call(self.module, self.weights, args, kwargs)


def attention_twin(ours):
    """The torch.nn.MultiheadAttention of a `MultiHeadAttention`."""
    bias = ours.q_proj.bias is not None
    d_model = ours.q_proj.in_features
    return Twin(nn.MultiheadAttention(d_model, ours.num_heads, bias=bias, batch_first=True), torch_weights(ours))


def encoder_layer_twin(ours):
    """The torch.nn.TransformerEncoderLayer of an `EncoderLayer`."""
    return Twin(nn.TransformerEncoderLayer(**layer_sizes(ours)), torch_weights(ours))


def decoder_layer_twin(ours):
    """The torch.nn.TransformerDecoderLayer of a `DecoderLayer`."""
    return Twin(nn.TransformerDecoderLayer(**layer_sizes(ours)), torch_weights(ours))


def encoder_twin(ours):
    """The torch.nn.TransformerEncoder of an `Encoder`, without embedding."""
    layer = nn.TransformerEncoderLayer(**layer_sizes(ours.layers[0]))
    module = nn.TransformerEncoder(layer, len(ours.layers), norm_like(ours.norm), enable_nested_tensor=False)
    return Twin(module, stack_weights(ours))


def decoder_twin(ours):
    """The torch.nn.TransformerDecoder of a `Decoder`; without embedding and output layer."""
    layer = nn.TransformerDecoderLayer(**layer_sizes(ours.layers[0]))
    module = nn.TransformerDecoder(layer, len(ours.layers), norm_like(ours.norm))
    return Twin(module, stack_weights(ours))


def translator_twin(ours):
    """The torch.nn.Transformer of a `Translator`, without embedding and output layer.

    By itself it would add a last norm also behind post-norm layers; so it is handed an encoder and a decoder.
    """
    encoder, decoder = encoder_twin(ours.encoder), decoder_twin(ours.decoder)
    sizes = {"d_model": ours.config.d_model, "nhead": ours.config.num_heads, "batch_first": True}
    module = nn.Transformer(**sizes, custom_encoder=encoder.module, custom_decoder=decoder.module)
    weights = {f"encoder.{name}": tensor for name, tensor in encoder.weights.items()}
    weights |= {f"decoder.{name}": tensor for name, tensor in decoder.weights.items()}
    return Twin(module, weights)


def layer_sizes(ours):
    """The arguments of torch's layers for one of our layers."""
    up = ours.feed_forward.up_proj
    return {
        "d_model": up.in_features,
        "nhead": ours.self_attention.num_heads,
        "dim_feedforward": up.out_features,
        "activation": ours.feed_forward.activation,
        "norm_first": ours.norm_first,
        "dropout": 0.0,
        "batch_first": True,
    }


def norm_like(ours):
    return nn.LayerNorm(ours.normalized_shape) if isinstance(ours, nn.LayerNorm) else None


def stack_weights(ours):
    """The weights of all layers of an `Encoder` or `Decoder`, and of its last norm."""
    weights = prefixed("norm", ours.norm)
    for i, layer in enumerate(ours.layers):
        weights |= prefixed(f"layers.{i}", layer)
    return weights


def embed(ours, token_ids):
    """What an `Encoder` or `Decoder` feeds its first layer, written out: table · √D + waves."""
    table = ours.embedding.table.weight
    length, d_model = token_ids.shape[1], table.shape[1]
    waves = [
        [(math.cos if i % 2 else math.sin)(t / 10_000 ** ((i - i % 2) / d_model)) for i in range(d_model)]
        for t in range(length)
    ]
    return F.embedding(token_ids, table) * math.sqrt(d_model) + torch.tensor(waves)


def shake(module):
    """Move all weights a little, so that biases and norms are not the zeros and ones they start as."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    return module


def assert_near(actual, expected, tolerance):
    """The largest difference is at most `tolerance`, relative to the largest value where that is above 1."""
    assert actual.shape == expected.shape
    scale = expected.detach().abs().max().clamp(min=1.0)
    torch.testing.assert_close(actual / scale, expected / scale, rtol=0, atol=tolerance)


def assert_same_function(ours, theirs, tensors, tolerance):
    """Two results are equal, and so are the gradients of a random sum over them with respect to each of `tensors`.

    The difference of two gradients, as a vector, is at most `tolerance` times as long as all gradients together.
    """
    assert_near(ours, theirs, tolerance)
    direction = torch.randn_like(ours)
    ours, theirs = (torch.autograd.grad(result, tensors, direction, retain_graph=True) for result in (ours, theirs))
    longest = tolerance * torch.stack([gradient.norm() for gradient in theirs]).norm()
    for our_gradient, their_gradient in zip(ours, theirs, strict=True):
        assert (our_gradient - their_gradient).norm() <= longest
