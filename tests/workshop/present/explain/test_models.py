"""Whole models in the page: the same layers, logits, tokens and ablations as in PyTorch, on the same 16-bit weights."""

import random

import pytest
import torch

from course_lib import nn
from course_lib.generation import CachedDecoding, TextDecoding, beam_search, generate
from course_lib.models import ConnectorConfig, Llm, LlmConfig, VisionConfig, Vlm, VlmConfig
from tests.javascript import run
from tests.models.tiny import IMAGE_SIZE, PATCHES, tiny_vlm
from tests.parity import assert_near, shake
from tests.toys import tiny_translator
from tests.workshop.present.explain.twins import contents, rounded

SOURCE, TARGET = [3, 5, 11, 4, 2], [1, 7, 5, 13]
MODEL = """
import { load_model } from "./models/store.js";
import { generate } from "./generation/sampling.js";
import { beam_search, best_output } from "./generation/beam_search.js";
const model = load_model(contents);
// The logits after each token, when the tokens come in pieces.
function cached(cache, tokens, step) {
  const logits = [];
  for (let i = 0; i < tokens.length; i += step) logits.push(model.next_logits(tokens.slice(i, i + step), cache));
  return logits;
}
"""


def layer_outputs(*stacks):
    """A list that fills with what each layer of these stacks makes, while their model runs."""
    outputs = []
    for stack in stacks:
        for layer in stack.layers:
            layer.register_forward_hook(lambda _module, _given, output: outputs.append(output))
    return outputs


def compare(found, expected, tolerance=1e-5):
    assert len(found) == len(expected)
    for numbers, tensor in zip(found, expected, strict=True):
        assert_near(torch.tensor(numbers), tensor[0], tolerance)


@pytest.mark.parametrize("norm_first", [False, True])
@torch.no_grad()
def test_every_layer_of_a_translator_equals_its_twin_with_and_without_a_cache(norm_first):
    model = rounded(tiny_translator(norm_first=norm_first))
    javascript = """
        const logits = model.forward(source, target);
        const result = [...model.encoder.seen.layers, ...model.decoder.seen.layers, logits,
          ...[1, 3].map((step) => cached(model.new_cache(source), target, step))];
    """
    outputs = layer_outputs(model.encoder, model.decoder)
    found = run(MODEL, javascript, contents=contents(model), source=SOURCE, target=TARGET)
    logits = model(torch.tensor([SOURCE]), torch.tensor([TARGET]))
    compare(found, [*outputs, logits, logits, logits[:, [2, 3]]])


@torch.no_grad()
def test_heads_and_layers_that_are_off_are_those_of_an_ablation():
    model = rounded(tiny_translator())
    javascript = """
        model.encoder.layers[1].self_attention.off.add(2);
        model.decoder.layers[0].cross_attention.off.add(0).add(1);
        model.decoder.off.add(2);
        const result = [model.forward(source, target)];
    """
    found = run(MODEL, javascript, contents=contents(model), source=SOURCE, target=TARGET)
    del model.decoder.layers[2]
    one, two = model.encoder.layers[1].self_attention, model.decoder.layers[0].cross_attention
    with nn.patched_heads(one, [2]), nn.patched_heads(two, [0, 1]):
        compare(found, [model(torch.tensor([SOURCE]), torch.tensor([TARGET]))])


@torch.no_grad()
def test_heads_and_layers_of_the_tower_that_are_off_are_those_of_an_ablation():
    model = rounded(tiny_vlm())
    pixels, tokens = torch.randn(1, 3, IMAGE_SIZE, IMAGE_SIZE), [1, *[model.config.image_id] * PATCHES, 4, 7]
    javascript = """
        model.vision.layers[1].self_attention.off.add(2).add(0);
        model.vision.off.add(0);
        model.text.layers[1].self_attention.off.add(1);
        const visual = model.see(pixels.map((channel) => channel.map((row) => Float32Array.from(row))));
        const result = [visual, model.forward(tokens, visual)];
    """
    given = {"contents": contents(model), "tokens": tokens, "pixels": pixels[0].tolist()}
    found = run(MODEL, javascript, **given)
    whole = model.encode_images(pixels)
    tower, text = model.vision.layers[1].self_attention, model.text.layers[1].self_attention
    model.vision.layers[0].forward = lambda x, *_, **__: x
    with nn.patched_heads(tower, [0, 2]), nn.patched_heads(text, [1]):
        features = model.encode_images(pixels)
        compare(found, [model.connector(features), model(torch.tensor([tokens]), features)])
    assert (features - whole).abs().max() > 0.1


@torch.no_grad()
def test_greedy_search_and_beam_search_find_what_the_library_finds():
    model = rounded(tiny_translator())
    model.decoder.output.weight[2] *= 3  # outputs end now and then
    javascript = """
        function beam(source, size) {
          const levels = [...beam_search(model, model.new_cache(source), 1, 2, size, 2 * source.length + 10)];
          const ended = levels.flat().filter(({ has_ended }) => has_ended);
          if (ended.some(({ mean, score, ids }) => mean !== score / ids.length)) throw new Error("no mean");
          return best_output(levels);
        }
        const outputs = (source) => [
          [...generate(model, model.new_cache(source), [1], 2, 2 * source.length + 9)],
          ...[1, 3].map((size) => beam(source, size)),
        ];
        const result = sources.map(outputs);
    """
    sources = [[3, 5, 4], [7, 9, 11, 2], [16, 2], [8, 8, 8, 8]]
    found = run(MODEL, javascript, contents=contents(model), sources=sources)
    start = torch.tensor([[1]])
    for source, outputs in zip(sources, found, strict=True):
        decode = lambda source=source: CachedDecoding(model, torch.tensor([source]))  # noqa: E731
        expected = [generate(decode(), start, 2)[0], *(beam_search(decode(), start, 2, size)[0] for size in (1, 3))]
        assert outputs == expected


def random_config(seed):
    """Any `LlmConfig` that the page computes."""
    rng = random.Random(seed)
    kv_heads, layers = rng.choice([1, 2, 3]), rng.choice([1, 2, 3])
    length = 5
    scalings = [
        None,
        nn.LinearScaling(factor=3.0),
        nn.YarnScaling(factor=5.0, original_length=length, fast=2.0, slow=0.5),
        nn.Llama3Scaling(factor=7.0, original_length=length, fast=2.0, slow=0.5),
    ]
    return LlmConfig(
        vocab_size=19,
        d_model=rng.choice([22, 26]),
        d_ff=rng.choice([11, 29]),
        num_heads=kv_heads * rng.choice([1, 2]),
        num_kv_heads=kv_heads,
        num_layers=layers,
        max_length=31,
        d_head=rng.choice([6, 14]),
        window_sizes=tuple(rng.choice([None, 1, 3]) for _ in range(layers)),
        rope_base=rng.choice([500.0, 10_000.0]),
        eps=rng.choice([1e-6, 1e-3]),
        qkv_bias=rng.random() < 0.5,
        qk_norm=rng.random() < 0.5,
        post_norms=rng.random() < 0.5,
        activation=rng.choice(["silu", "gelu_tanh", "gelu", "quick_gelu"]),
        tied=rng.random() < 0.5,
        embedding_scale=rng.choice([1.0, 4.7]),
        score_cap=rng.choice([None, 3.0]),
        logit_cap=rng.choice([None, 2.0]),
        window_rope_base=rng.choice([None, 100.0]),
        rope_scaling=rng.choice(scalings),
    )


def check_config(seed):
    """The page computes what an `Llm` of the seed's config does: each layer, the logits, cached, and eleven tokens."""
    torch.manual_seed(seed)
    model = rounded(shake(Llm(random_config(seed))))
    tokens = torch.randint(3, 19, (1, 7))
    javascript = """
        const logits = model.forward(tokens);
        const result = [...model.seen.layers, logits,
          ...[1, 3].map((step) => cached(model.new_cache(), tokens, step)),
          [...generate(model, model.new_cache(), tokens, 2, 11)]];
    """
    outputs = layer_outputs(model)
    *found, written = run(MODEL, javascript, contents=contents(model), tokens=tokens[0].tolist())
    logits = model(tokens)
    compare(found, [*outputs, logits, logits, logits[:, [2, 5, 6]]], 1e-4)
    assert written == generate(TextDecoding(model, max_length=18), tokens, 2)[0]


@pytest.mark.parametrize("seed", range(3))
@torch.no_grad()
def test_an_llm_of_any_config_equals_its_twin(seed):
    check_config(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 60))
@torch.no_grad()
def test_many_an_llm_equals_its_twin(seed):
    check_config(seed)


def random_vlm(seed):
    """Any `VlmConfig` that the page computes; its last token is the placeholder."""
    rng, text = random.Random(seed), random_config(seed)
    vision = VisionConfig(
        image_size=23,
        patch_size=5,
        d_model=14,
        d_ff=rng.choice([11, 29]),
        num_heads=rng.choice([1, 2]),
        num_layers=3,
        activation=rng.choice(["gelu", "quick_gelu", "gelu_tanh"]),
        norm_eps=rng.choice([1e-6, 1e-3]),
        input_norm=rng.random() < 0.5,
        pooling=rng.choice(["class", "attention"]),
    )
    connector = ConnectorConfig(d_vision=14, d_model=text.d_model, kind=rng.choice(["linear", "mlp", "pixel shuffle"]))
    parts = {"vision": vision, "connector": connector, "text": text}
    return VlmConfig(**parts, image_id=text.vocab_size - 1, vision_layer=rng.choice([-3, -2, -1, 0, 2]))


def check_vlm(seed):
    """The page computes what a `Vlm` does: each vision layer, visual tokens, logits, cached, and five tokens."""
    torch.manual_seed(seed)
    model = rounded(shake(Vlm(random_vlm(seed))))
    model.text.output.weight[-1] *= 3  # the placeholder, which is never said
    placeholders = [model.config.image_id] * model.config.num_visual_tokens
    tokens, pixels = torch.tensor([[1, *placeholders, 4, 7, 3]]), torch.randn(1, 3, 23, 23)
    javascript = """
        const visual = model.see(pixels.map((channel) => channel.map((row) => Float32Array.from(row))));
        const logits = model.forward(tokens, visual);
        const cache = model.new_cache(visual);
        const more = [tokens.slice(0, -2), tokens.slice(-2)].map((part) => model.next_logits(part, cache).slice(0, -1));
        const written = [...generate(model, model.new_cache(visual), tokens, 2, 5)];
        const result = [...model.vision.seen.layers, model.seen.features, visual, logits, more, written];
    """
    outputs = layer_outputs(model.vision)
    features = model.encode_images(pixels)
    given = {"contents": contents(model), "tokens": tokens[0].tolist(), "pixels": pixels[0].tolist()}
    *found, written = run(MODEL, javascript, **given)
    logits = model(tokens, features)
    compare(found, [*outputs, features, model.connector(features), logits, logits[:, [-3, -1], :-1]], 1e-4)
    decoding = TextDecoding(model, max_length=tokens.shape[1] + 5, features=features)
    assert written == generate(decoding, tokens, 2)[0]


@pytest.mark.parametrize("seed", range(3))
@torch.no_grad()
def test_a_vlm_of_any_config_equals_its_twin(seed):
    check_vlm(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 40))
@torch.no_grad()
def test_many_a_vlm_equals_its_twin(seed):
    check_vlm(seed)
