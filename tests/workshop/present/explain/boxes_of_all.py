"""Boxes that several models are made of, beside their twins in `course_lib.nn`."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib import nn as ours
from course_lib.nn.activations import ACTIVATIONS
from tests.parity import shake
from tests.workshop.present.explain.twins import D, E, H, K, S, T, V, packed


def case_vectors():
    x, y = torch.randn(T, D), torch.randn(T, D)
    javascript = """
        import { add, dot, identity, interval, softmax } from "./nn/vectors.js";
        const result = [add(rows(x), rows(y)), rows(x).map(softmax), dot(x[0], y[0]), identity(interval(2, 5))];
    """
    return javascript, {"x": x, "y": y}, [x + y, x.softmax(-1), x[0] @ y[0], torch.arange(2, 5)]


def case_linear():
    layers, x = nn.ModuleList([nn.Linear(D, V), nn.Linear(D, V, bias=False)]), torch.randn(T, D)
    javascript = """
        import { Linear } from "./nn/linear.js";
        const result = ["0", "1"].map((name) => new Linear(weights.at(name)).forward(rows(x)));
    """
    return javascript, {"packed": packed(layers), "x": x}, [layer(x) for layer in layers]


def case_activations():
    x = torch.linspace(-7, 7, 29)
    javascript = """
        import { ACTIVATIONS, relu } from "./nn/activations.js";
        const result = [x.map(relu), ...names.map((name) => x.map(ACTIVATIONS[name]))];
    """
    expected = [F.relu(x), *(activation(x) for activation in ACTIVATIONS.values())]
    return javascript, {"x": x, "names": list(ACTIVATIONS)}, expected


def case_masks():
    q, k = torch.tensor([4, 5, 6]), torch.arange(1, 7)
    javascript = """
        import { causal_mask, window_mask } from "./nn/masks.js";
        const result = [causal_mask(q, k), window_mask(q, k, 3)];
    """
    return javascript, {"q": q, "k": k}, [ours.causal_mask(q, k), ours.window_mask(q, k, 3)]


def case_embedding():
    embedding, ids = ours.TokenEmbedding(V, D, 1.5), torch.tensor([3, 16, 0, 3])
    javascript = """
        import { TokenEmbedding } from "./nn/embedding.js";
        const result = [new TokenEmbedding(weights, 1.5).forward(ids)];
    """
    return javascript, {"packed": packed(embedding), "ids": ids}, [embedding(ids)]


def case_positions():
    ids, learned = torch.tensor([0, 5, 97]), ours.LearnedPositions(D, 101)
    javascript = """
        import { LearnedPositions, SinusoidalPositions } from "./nn/positions.js";
        const waves = [width, width + 1].map((width) => new SinusoidalPositions(width));
        const result = [...waves, new LearnedPositions(weights)].map((positions) => positions.forward(ids));
    """
    given = {"packed": packed(learned), "width": D, "ids": ids}
    return javascript, given, [*(ours.SinusoidalPositions(width, 100)(ids) for width in (D, D + 1)), learned(ids)]


def case_attention():
    grouped = ours.CausalSelfAttention(D, H, K, bias=True, rotary=ours.Rotary(E))
    grouped.q_norm, grouped.k_norm = ours.RMSNorm(E), ours.RMSNorm(E)
    plain, x, source = ours.MultiHeadAttention(D, H), torch.randn(T, D), torch.randn(S, D)
    causal, mask = ours.causal_mask(torch.arange(T)), torch.rand(T, S) < 0.6
    mask[2] = False  # this query may attend to nothing
    javascript = """
        import { MultiHeadAttention } from "./nn/attention.js";
        import { RMSNorm } from "./nn/rms_norm.js";
        import { Rotary } from "./nn/rotary.js";
        const grouped = new MultiHeadAttention(weights.at("0"), 6, 3);
        for (const name of ["q_norm", "k_norm"]) grouped[name] = new RMSNorm(weights.at(`0.${name}`), 1e-6);
        const rotate = new Rotary(14, 1e4).at([0, 1, 2, 3, 4]);
        const plain = new MultiHeadAttention(weights.at("1"), 6);
        for (const layer of [grouped, plain]) layer.cap = 2;
        plain.off.add(1).add(4);
        const result = [
          grouped.forward(rows(x), { rotate, mask: causal }),
          plain.forward(rows(x), { source: rows(source), mask }),
          plain.seen.weights,
        ];
    """
    packed_layers = packed(shake(nn.ModuleList([grouped, plain])))
    given = {"packed": packed_layers, "x": x, "source": source, "mask": mask, "causal": causal}
    for layer in (grouped, plain):
        layer.attend = ours.SoftcappedAttention(2.0)
    expected = [grouped(x[None], ours.View(x[None]), 0)]
    with ours.patched_heads(plain, [1, 4]):
        expected.append(plain(x[None], source[None], mask))
    q = ours.split_heads(plain.q_proj(x[None]), H)
    expected.append(ours.attention_weights(q, plain.keys_values(source[None]).keys, mask, 2.0))
    return javascript, given, expected
