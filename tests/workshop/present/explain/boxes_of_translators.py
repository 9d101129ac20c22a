"""The boxes of a translator's layers, beside their twins in `course_lib.nn`."""

from functools import partial

import torch
from torch import nn

from course_lib import nn as ours
from course_lib.nn.activations import ACTIVATIONS
from tests.parity import shake
from tests.workshop.present.explain.twins import D_FF, D, H, S, T, packed


def case_layer_norm():
    norm, x = shake(nn.LayerNorm(D)), torch.randn(T, D)
    javascript = """
        import { LayerNorm } from "./nn/layer_norm.js";
        const result = [new LayerNorm(weights).forward(rows(x))];
    """
    return javascript, {"packed": packed(norm), "x": x}, [norm(x)]


def case_feed_forward():
    network, x = shake(ours.FeedForward(D, D_FF)), torch.randn(T, D)
    javascript = """
        import { FeedForward } from "./nn/feed_forward.js";
        const result = [new FeedForward(weights).forward(rows(x))];
    """
    return javascript, {"packed": packed(network), "x": x}, [network(x)]


def case_add_norm(norm_first=False):
    norm, x = shake(nn.LayerNorm(D)), torch.randn(T, D)
    javascript = """
        import { AddNorm } from "./nn/add_norm.js";
        import { LayerNorm } from "./nn/layer_norm.js";
        const box = new AddNorm(new LayerNorm(weights), norm_first);
        const result = [box.forward(rows(x), (x) => x.map((row) => row.map((value) => value ** 2)))];
    """
    given = {"packed": packed(norm), "x": x, "norm_first": norm_first}
    return javascript, given, [x + norm(x).square() if norm_first else norm(x + x.square())]


def case_encoder_layer():
    norm = partial(nn.LayerNorm, eps=0.01)
    plain = ours.EncoderLayer(D, H, D_FF)
    of_a_tower = ours.EncoderLayer(D, H, D_FF, norm_first=True, activation=ACTIVATIONS["gelu"], norm=norm)
    layers, x = shake(nn.ModuleList([plain, of_a_tower])), torch.randn(T, D)
    javascript = """
        import { ACTIVATIONS } from "./nn/activations.js";
        import { EncoderLayer } from "./nn/encoder_layer.js";
        const tower = { num_heads: 6, norm_first: true, activation: ACTIVATIONS.gelu, norm_eps: 0.01 };
        const configs = [{ num_heads: 6, norm_first: false }, tower];
        const result = configs.map((config, i) => new EncoderLayer(weights.at(i), config).forward(rows(x)));
    """
    return javascript, {"packed": packed(layers), "x": x}, [layer(x[None]) for layer in layers]


def case_decoder_layer():
    layer, x, memory = shake(ours.DecoderLayer(D, H, D_FF)), torch.randn(T, D), torch.randn(S, D)
    mask = ours.causal_mask(torch.arange(T))
    javascript = """
        import { DecoderLayer } from "./nn/decoder_layer.js";
        const layer = new DecoderLayer(weights, { num_heads: 6, norm_first: false });
        const projected = layer.cross_attention.keys_values(rows(memory));
        const result = [rows(memory), projected].map((source) => layer.forward(rows(x), source, mask));
    """
    given = {"packed": packed(layer), "x": x, "memory": memory, "mask": mask}
    return javascript, given, [layer(x[None], ours.View(x[None], memory=ours.Memory(memory[None])), 0)] * 2
