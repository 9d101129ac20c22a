"""Every box of the page equals its twin in `course_lib.nn`, on the same weights of 16 bits."""

from dataclasses import asdict
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib import nn as ours
from course_lib.nn.activations import ACTIVATIONS
from course_lib.present.explain.page import FOLDER
from tests.javascript import run
from tests.parity import assert_near, shake
from tests.present.explain.twins import ROWS, WEIGHTS, packed

T, S, H, K, E, D_FF, V = 5, 7, 6, 3, 14, 13, 17
D = H * E
LENGTH = 11  # of the training, in the scalings
SCALINGS = {
    "linear": ours.LinearScaling(factor=3.0),
    "dynamic": ours.DynamicNtkScaling(factor=2.0, original_length=LENGTH),
    "yarn": ours.YarnScaling(factor=5.0, original_length=LENGTH, fast=2.0, slow=0.5),
    "llama3": ours.Llama3Scaling(factor=7.0, original_length=LENGTH, fast=2.0, slow=0.5),
}


def attention(seed=0):
    """A grouped attention layer with all that may be exchanged."""
    layer = ours.MultiHeadAttention(D, H, K)
    layer.q_norm, layer.k_norm = ours.RMSNorm(E), ours.RMSNorm(E)
    layer.attend = ours.SoftcappedAttention(2.0)
    return shake(layer)


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


def case_layer_norm():
    norm, x = shake(nn.LayerNorm(D)), torch.randn(T, D)
    javascript = """
        import { LayerNorm } from "./nn/layer_norm.js";
        const result = [new LayerNorm(weights).forward(rows(x))];
    """
    return javascript, {"packed": packed(norm), "x": x}, [norm(x)]


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


def case_activations():
    x = torch.linspace(-7, 7, 29)
    javascript = """
        import { ACTIVATIONS, relu } from "./nn/activations.js";
        const result = [x.map(relu), ...names.map((name) => x.map(ACTIVATIONS[name]))];
    """
    expected = [F.relu(x), *(activation(x) for activation in ACTIVATIONS.values())]
    return javascript, {"x": x, "names": list(ACTIVATIONS)}, expected


def case_feed_forward():
    network, x = shake(ours.FeedForward(D, D_FF)), torch.randn(T, D)
    javascript = """
        import { FeedForward } from "./nn/feed_forward.js";
        const result = [new FeedForward(weights).forward(rows(x))];
    """
    return javascript, {"packed": packed(network), "x": x}, [network(x)]


def case_gated_feed_forward():
    network, x = shake(ours.GatedFeedForward(D, D_FF)), torch.randn(T, D)
    javascript = """
        import { ACTIVATIONS } from "./nn/activations.js";
        import { GatedFeedForward } from "./nn/gated_feed_forward.js";
        const result = [new GatedFeedForward(weights, ACTIVATIONS.silu).forward(rows(x))];
    """
    return javascript, {"packed": packed(network), "x": x}, [network(x)]


def case_embedding():
    embedding, ids = ours.TokenEmbedding(V, D, 1.5), torch.tensor([3, 16, 0, 3])
    javascript = """
        import { TokenEmbedding } from "./nn/embedding.js";
        const result = [new TokenEmbedding(weights, 1.5).forward(ids)];
    """
    return javascript, {"packed": packed(embedding), "ids": ids}, [embedding(ids)]


def case_positions():
    ids, learnt = torch.tensor([0, 5, 97]), ours.LearnedPositions(D, 101)
    javascript = """
        import { LearnedPositions, SinusoidalPositions } from "./nn/positions.js";
        const waves = [width, width + 1].map((width) => new SinusoidalPositions(width));
        const result = [...waves, new LearnedPositions(weights)].map((positions) => positions.forward(ids));
    """
    given = {"packed": packed(learnt), "width": D, "ids": ids}
    return javascript, given, [*(ours.SinusoidalPositions(width, 100)(ids) for width in (D, D + 1)), learnt(ids)]


def case_patches():
    embedding, pixels = shake(ours.PatchEmbedding(3, 2, D)), torch.randn(2, 7, 11)
    javascript = """
        import { PatchEmbedding, cut_into_patches } from "./nn/patches.js";
        const picture = pixels.map(rows);
        const result = [cut_into_patches(picture, 3), new PatchEmbedding(weights, 3).forward(picture)];
    """
    given = {"packed": packed(embedding), "pixels": pixels}
    return javascript, given, [ours.cut_into_patches(pixels[None], 3), embedding(pixels[None])]


def case_connector():
    bridges = nn.ModuleList(shake(make(E, D)) for make in ours.CONNECTORS.values())
    features = torch.randn(16, E)
    javascript = """
        import { CONNECTORS } from "./nn/connector.js";
        const result = Object.values(CONNECTORS).map((Kind, i) => new Kind(weights.at(i)).forward(rows(features)));
    """
    return javascript, {"packed": packed(bridges), "features": features}, [bridge(features[None]) for bridge in bridges]


def case_masks():
    q, k = torch.tensor([4, 5, 6]), torch.arange(1, 7)
    javascript = """
        import { causal_mask, window_mask } from "./nn/masks.js";
        const result = [causal_mask(q, k), window_mask(q, k, 3)];
    """
    return javascript, {"q": q, "k": k}, [ours.causal_mask(q, k), ours.window_mask(q, k, 3)]


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


def case_attention():
    layer, x, source = attention(), torch.randn(T, D), torch.randn(S, D)
    mask = torch.rand(T, S) < 0.6
    mask[2] = False  # this query may attend to nothing
    javascript = """
        import { MultiHeadAttention } from "./nn/attention.js";
        import { RMSNorm } from "./nn/rms_norm.js";
        import { Rotary } from "./nn/rotary.js";
        const layer = new MultiHeadAttention(weights, 6, 3);
        Object.assign(layer, { cap: 2, q_norm: new RMSNorm(weights.at("q_norm"), 1e-6) });
        layer.k_norm = new RMSNorm(weights.at("k_norm"), 1e-6);
        const rotate = new Rotary(14, 1e4).at([0, 1, 2, 3, 4]);
        const itself = layer.forward(rows(x), { rotate });
        layer.off.add(1).add(4);
        const result = [itself, layer.forward(rows(x), { source: rows(source), mask }), layer.seen.weights];
    """
    given = {"packed": packed(layer), "x": x, "source": source, "mask": mask}
    rotate = ours.Rotary(E).at(torch.arange(T))
    expected = [layer(x[None], rotate=rotate)]
    with ours.patched_heads(layer, [1, 4]):
        expected.append(layer(x[None], source[None], mask))
    q = layer.q_norm(ours.split_heads(layer.q_proj(x[None]), H))
    expected.append(ours.attention_weights(q, layer.keys_values(source[None]).keys, mask, 2.0))
    return javascript, given, expected


@pytest.mark.parametrize("norm_first", [False, True])
def test_addition_and_normalization_come_in_both_orders(norm_first):
    block, x = shake(ours.AddNorm(D, norm_first=norm_first)), torch.randn(T, D)
    check(case_add_norm(block, x))


def case_add_norm(block=None, x=None):
    block, x = block or shake(ours.AddNorm(D)), torch.randn(T, D) if x is None else x
    javascript = """
        import { AddNorm } from "./nn/add_norm.js";
        import { LayerNorm } from "./nn/layer_norm.js";
        const box = new AddNorm(new LayerNorm(weights.at("norm")), norm_first);
        const result = [box.forward(rows(x), (x) => x.map((row) => row.map((value) => value ** 2)))];
    """
    given = {"packed": packed(block), "x": x, "norm_first": block.norm_first}
    return javascript, given, [block(x[None], torch.square)]


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
    return javascript, given, [layer(x[None], memory[None], mask)] * 2


def case_llm_layer():
    norm = partial(ours.RMSNorm, eps=1e-6)
    layer = shake(ours.LlmLayer(D, attention(), ours.GatedFeedForward(D, D_FF), norm, norm))
    x, mask = torch.randn(T, D), ours.causal_mask(torch.arange(T))
    javascript = """
        import { LlmLayer } from "./nn/llm_layer.js";
        import { Rotary } from "./nn/rotary.js";
        const rotate = new Rotary(14, 1e4).at([0, 1, 2, 3, 4]);
        const result = [new LlmLayer(weights, config).forward(rows(x), rotate, mask)];
    """
    config = {"num_heads": H, "num_kv_heads": K, "eps": 1e-6, "activation": "silu", "score_cap": 2.0}
    config |= {"post_norms": True, "qk_norm": True}
    given = {"packed": packed(layer), "x": x, "mask": mask, "config": config}
    return javascript, given, [layer(x[None], ours.Rotary(E).at(torch.arange(T)), mask)]


CASES = {name.removeprefix("case_"): case for name, case in list(globals().items()) if name.startswith("case_")}


@torch.no_grad()
def check(case):
    """Both give the same numbers, to float32's precision."""
    javascript, given, expected = case
    given = {name: value.tolist() if isinstance(value, torch.Tensor) else value for name, value in given.items()}
    found = run(WEIGHTS * ("packed" in given), ROWS, javascript, **given)
    assert len(found) == len(expected)
    for numbers, tensor in zip(found, expected, strict=True):
        assert_near(torch.tensor(numbers).reshape(tensor.shape).float(), tensor.float(), 1e-5)


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_every_box_equals_its_twin(name):
    check(CASES[name]())


def test_every_box_has_its_twin():
    assert set(CASES) == {path.stem for path in (FOLDER / "nn").glob("*.js")}
