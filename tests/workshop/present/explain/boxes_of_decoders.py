"""The boxes of a modern decoder, beside their twins in `course_lib.nn`."""

from dataclasses import asdict

import torch

from course_lib import nn as ours
from course_lib.models import LlmConfig
from course_lib.models.llm import LlmLayer
from tests.parity import shake
from tests.workshop.present.explain.twins import D_FF, D, E, H, K, S, T, V, packed

LENGTH = 11  # of the training, in the scalings
SCALINGS = {
    "linear": ours.LinearScaling(factor=3.0),
    "dynamic": ours.DynamicNtkScaling(factor=2.0, original_length=LENGTH),
    "yarn": ours.YarnScaling(factor=5.0, original_length=LENGTH, fast=2.0, slow=0.5),
    "llama3": ours.Llama3Scaling(factor=7.0, original_length=LENGTH, fast=2.0, slow=0.5),
}


def case_rms_norm():
    norm, x = shake(ours.RMSNorm(D, eps=0.01)), torch.randn(T, D)
    javascript = """
        import { RMSNorm } from "./nn/rms_norm.js";
        const result = [new RMSNorm(weights, 0.01).forward(rows(x))];
    """
    return javascript, {"packed": packed(norm), "x": x}, [norm(x)]


def case_softcap():
    x = 7 * torch.randn(V)
    javascript = """
        import { softcap } from "./nn/softcap.js";
        const result = [softcap(Float32Array.from(x), 3)];
    """
    return javascript, {"x": x}, [ours.softcap(x, 3.0)]


def case_gated_feed_forward():
    network, x = shake(ours.GatedFeedForward(D, D_FF)), torch.randn(T, D)
    javascript = """
        import { ACTIVATIONS } from "./nn/activations.js";
        import { GatedFeedForward } from "./nn/gated_feed_forward.js";
        const result = [new GatedFeedForward(weights, ACTIVATIONS.silu).forward(rows(x))];
    """
    return javascript, {"packed": packed(network), "x": x}, [network(x)]


def case_rotary():
    positions, x = torch.tensor([0, 1, 5, 97, 3]), torch.randn(T, E)
    javascript = """
        import { Rotary } from "./nn/rotary.js";
        const result = [new Rotary(14, 500).at(positions)(rows(x))];
    """
    return javascript, {"positions": positions, "x": x}, [ours.Rotary(E, 500.0)(x, positions)]


def case_rotary_scaling():
    positions, x = torch.tensor([0, 1, 5, 97, 3]), torch.randn(T, E)
    javascript = """
        import { make_scaling } from "./nn/rotary_scaling.js";
        import { Rotary } from "./nn/rotary.js";
        const result = scalings.map((config) => new Rotary(14, 500, make_scaling(config)).at(positions)(rows(x)));
    """
    given = {"positions": positions, "x": x, "scalings": [asdict(scaling) for scaling in SCALINGS.values()]}
    return javascript, given, [ours.Rotary(E, 500.0, scaling)(x, positions) for scaling in SCALINGS.values()]


def case_kv_cache():
    keys, values = torch.randn(K, S, E), torch.randn(K, S, E)
    javascript = """
        import { KVCache } from "./nn/kv_cache.js";
        const cut = (heads, start, end) => heads.map((head) => rows(head.slice(start, end)));
        function read(cache) {
          cache.update(cut(keys, 0, 4), cut(values, 0, 4));
          const copy = cache.copy();
          copy.update(cut(keys, 0, 1), cut(values, 0, 1));
          return cache.update(cut(keys, 4, 7), cut(values, 4, 7));
        }
        const result = [new KVCache(), new KVCache(3)].map(read).flatMap(({ keys, values }) => [keys, values]);
    """
    expected = []
    for cache in (ours.KVCache(), ours.SlidingWindowKVCache(3)):
        cache.update(keys[None, :, :4], values[None, :, :4])
        seen = cache.update(keys[None, :, 4:], values[None, :, 4:])
        newest_first = [
            torch.roll(part[0, :, : part.shape[2] - 3], -1 if cache.length > part.shape[2] else 0, 1) for part in seen
        ]  # a ring has them in the order of its slots
        expected += [torch.cat([old, part[0, :, -3:]], 1) for old, part in zip(newest_first, seen, strict=True)]
    return javascript, {"keys": keys, "values": values}, expected


def case_view():
    javascript = """
        import { DecoderCache } from "./nn/decoder_cache.js";
        import { View } from "./nn/view.js";
        const cache = new DecoderCache([null]);
        const views = [new View(5), new View(4, cache), new View(3, cache)];
        const result = views.flatMap((view) => [view.positions, view.mask(), view.mask(3)]);
    """
    cache, expected = ours.DecoderCache([None, 3]), []
    for count, held in ((5, None), (4, cache), (3, cache)):
        view = ours.View(torch.zeros(1, count), cache=held)
        in_order = slice(None) if held is None else cache.k_positions(3)[0].argsort()  # not as in a ring
        masks = [mask.reshape(mask.shape[-2:]) for mask in (view.mask(), view.mask(3))]
        expected += [view.positions.flatten(), masks[0], masks[1][:, in_order]]
    return javascript, {}, expected


def case_decoder_cache():
    javascript = """
        import { DecoderCache } from "./nn/decoder_cache.js";
        import { View } from "./nn/view.js";
        const cache = new DecoderCache([null, 3]);
        new View(4, cache);
        const copy = cache.copy();
        new View(2, copy);
        const result = [[cache.length, copy.length], copy.layers.map((layer) => layer.window_size === 3)];
    """
    cache = ours.DecoderCache([None, 3])
    cache.extend(torch.zeros(1, 4))
    windows = torch.tensor([isinstance(layer, ours.SlidingWindowKVCache) for layer in cache.layers])
    return javascript, {}, [torch.tensor([len(cache), len(cache) + 2]), windows]


def case_llm_layer():
    choices = {"qk_norm": True, "post_norms": True, "score_cap": 2.0}
    config = LlmConfig(vocab_size=V, d_model=D, d_ff=D_FF, num_heads=H, num_kv_heads=K, **choices)
    layer = shake(LlmLayer(config, 0, ours.Rotary(E)))
    x, mask = torch.randn(T, D), ours.causal_mask(torch.arange(T))
    javascript = """
        import { LlmLayer } from "./nn/llm_layer.js";
        import { Rotary } from "./nn/rotary.js";
        const rotate = new Rotary(14, 1e4).at([0, 1, 2, 3, 4]);
        const result = [new LlmLayer(weights, config).forward(rows(x), rotate, mask)];
    """
    given = {"packed": packed(layer), "x": x, "mask": mask, "config": asdict(config)}
    return javascript, given, [layer(x[None], ours.View(x[None]), 0)]
