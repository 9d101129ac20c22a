"""A layer as one compiled function: the vectors of the layer, token after token."""

import pytest
import torch
from torch import nn

from course_lib.data import pad_left
from course_lib.nn import KVCache, View
from course_lib.workshop.fast import HalfLinear, Int8Linear, compiled_layer, fuse, pack
from course_lib.workshop.fast.compiled_layer import CompiledLayer, can_be_compiled, matrices
from course_lib.workshop.fast.packed_linear import MANY
from tests.models.tiny import tiny_llm
from tests.parity import B, T, V, assert_near

STORES = {
    "in float16": lambda layer: HalfLinear(layer.weight.half(), layer.bias),
    "in bfloat16": lambda layer: HalfLinear(layer.weight.bfloat16(), layer.bias),
    "in 8 bits": lambda layer: Int8Linear(layer.weight, layer.bias),
}
SLOW = [pytest.param(precision, marks=pytest.mark.slow) for precision in STORES]  # each is compiled
each_store = pytest.mark.parametrize("precision", ["in float32", *SLOW])
CHOICES = {"plain": {}, "biases": {"qkv_bias": True}, "multi-head": {"num_kv_heads": 6}, "untied": {"tied": False}}


@pytest.fixture(autouse=True)
def no_matrix_is_small(monkeypatch):
    monkeypatch.setattr(compiled_layer, "SMALL", 1)


def stored(precision, **choices):
    """A tiny model whose matrices are kept in some way."""
    model = tiny_llm(**choices)
    for layer in model.layers if precision in STORES else ():
        for linear in (linear for group in matrices(layer) for linear in group):
            name = next(name for name, module in layer.named_modules() if module is linear)
            layer.set_submodule(name, STORES[precision](linear))
    return model


@each_store
@pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES.keys())
@torch.no_grad()
def test_step_by_step_a_compiled_model_has_the_logits_of_the_model(precision, choices):
    model, tokens = stored(precision, **choices), torch.randint(1, V, (B, T))
    expected, fused = model(tokens), fuse(model)
    assert all(isinstance(layer, CompiledLayer) for layer in fused.layers)
    cache = fused.new_cache()
    assert_near(torch.cat([fused(part, cache=cache) for part in tokens.split(1, dim=1)], dim=1), expected, 1e-5)


@each_store
@torch.no_grad()
def test_the_layer_keeps_the_same_memory(precision):
    layer = stored(precision).layers[0]
    before = layer.self_attention.k_proj.state_dict()
    CompiledLayer(layer)
    qkv, *_ = matrices(layer)
    for first, second in zip(qkv, qkv[1:], strict=False):
        for ours, next_ours in zip(*(compiled_layer.parts(layer).values() for layer in (first, second)), strict=True):
            assert ours.data_ptr() + ours.nbytes == next_ours.data_ptr()
    assert all(torch.equal(before[name], tensor) for name, tensor in layer.self_attention.k_proj.state_dict().items())


@torch.no_grad()
def test_what_is_learned_later_is_read_by_the_compiled_layer():
    model = tiny_llm()
    fused = fuse(model)
    for layer in model.layers:
        layer.feed_forward.up_proj.weight.zero_()
    tokens = torch.randint(1, V, (B, 1))
    assert_near(fused(tokens, cache=fused.new_cache()), model(tokens), 1e-5)


@pytest.mark.parametrize("choices", [{}, {"qk_norm": True}], ids=["compiled", "not compiled"])
def test_a_step_may_be_computed_with_gradients(choices):
    model, tokens = tiny_llm(**choices), torch.randint(1, V, (B, T))
    fused, cache = fuse(model), model.new_cache()
    logits = [fused(part, cache=cache) for part in tokens.split([T - 1, 1], dim=1)]
    assert all(part.requires_grad for part in logits)
    assert_near(torch.cat(logits, dim=1), model(tokens), 1e-5)


def test_a_model_can_learn_on_that_is_fused_in_inference_mode():
    model = tiny_llm()
    with torch.inference_mode():
        fuse(model)
    model(torch.randint(1, V, (B, T))).sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


@each_store
@pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES.keys())
@torch.no_grad()
def test_a_prompt_in_pieces_has_the_logits_of_the_model_and_does_not_go_through_its_layers(
    precision, choices, monkeypatch
):
    model, tokens = stored(precision, **choices), torch.randint(1, V, (B, MANY))
    expected, fused = model(tokens), fuse(model)
    cache = fused.new_cache()
    for layer in model.layers:
        monkeypatch.setattr(layer, "forward", None)
    assert_near(
        torch.cat([fused(part, cache=cache) for part in tokens.split([MANY - 7, 5, 2], dim=1)], dim=1), expected, 1e-5
    )


@pytest.mark.parametrize("keep", [(slice(None), -1), torch.rand(B, T) < 0.5], ids=["the last", "some"])
@torch.no_grad()
def test_of_a_prompt_only_the_logits_are_computed_that_are_wanted(keep):
    model, tokens = tiny_llm(), torch.randint(1, V, (B, T))
    fused = fuse(model)
    assert_near(fused(tokens, cache=fused.new_cache(), keep=keep), model(tokens)[keep], 1e-5)


@torch.no_grad()
def test_prompts_with_padding_are_read_as_the_model_reads_them():
    model = tiny_llm(window_sizes=(3, None, 2))
    tokens, positions = pad_left([[3, 5, 7, 2, 9], [4, 6]])
    fused = fuse(model)
    logits = [m(tokens, positions, cache=m.new_cache()) for m in (model, fused)]
    assert_near(logits[1][positions >= 0], logits[0][positions >= 0], 1e-5)


def test_gradients_of_a_prompt_reach_the_weights_of_the_model():
    model = tiny_llm()
    fused = fuse(model)
    fused(torch.randint(1, V, (B, T)), cache=fused.new_cache()).sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


@torch.no_grad()
def test_its_steps_do_not_go_through_the_layer(monkeypatch):
    model = tiny_llm()
    fused, cache = fuse(model), model.new_cache()
    for layer in model.layers:
        monkeypatch.setattr(layer, "forward", None)
    fused(torch.randint(1, V, (B, 1)), cache=cache)


@torch.no_grad()
def test_each_text_may_have_a_position_of_its_own():
    model = tiny_llm()
    layer, width = model.layers[0], model.layers[0].self_attention.q_proj.in_features
    compiled, caches = CompiledLayer(layer), [model.new_cache(), model.new_cache()]
    for positions in ([[2], [2]], [[3], [11]]):
        x = torch.randn(2, 1, width)
        views = [View(x, torch.tensor(positions), cache=cache) for cache in caches]
        ours, expected = compiled(x[:, 0], views[0], 0), layer(x, views[1], 0).squeeze(1)
        assert_near(ours, expected, 1e-5)


@torch.no_grad()
def test_where_there_is_a_mask_or_another_cache_the_layer_itself_is_called():
    model, tokens = tiny_llm(window_sizes=(3, None, 2)), torch.randint(1, V, (B, T))
    fused, cache = fuse(model), model.new_cache()
    assert {type(layer) for layer in fused.layers} == {CompiledLayer}
    assert {type(layer) for layer in cache.layers} > {KVCache}
    assert_near(torch.cat([fused(part, cache=cache) for part in tokens.split(1, dim=1)], dim=1), model(tokens), 1e-5)


@torch.no_grad()
def test_for_many_texts_the_layer_itself_is_called():
    model, tokens = tiny_llm(), torch.randint(1, V, (MANY, 1))
    fused = fuse(model)
    for layer in fused.layers:
        layer.run = None
    assert_near(fused(tokens, cache=fused.new_cache()), model(tokens), 1e-5)


OTHERS = {
    "norms of queries and keys": {"qk_norm": True},
    "norms behind its blocks": {"post_norms": True},
    "scores with a cap": {"score_cap": 2.0},
    "another activation": {"activation": "gelu_tanh"},
}


@pytest.mark.parametrize("choices", OTHERS.values(), ids=OTHERS.keys())
def test_a_layer_that_is_not_of_the_kind_is_not_compiled(choices):
    assert can_be_compiled(tiny_llm().layers[0])
    assert not can_be_compiled(tiny_llm(**choices).layers[0])


@pytest.mark.parametrize("name", ["self_attention.o_proj", "feed_forward.up_proj", "feed_forward.down_proj"])
def test_a_layer_is_not_compiled_with_a_bias_that_it_would_not_add(name):
    layer = tiny_llm().layers[0]
    linear = layer.get_submodule(name)
    linear.bias = nn.Parameter(torch.randn(linear.out_features))
    assert not can_be_compiled(layer)


def test_a_layer_is_not_compiled_in_float64_or_if_it_is_small_or_kept_in_several_ways(monkeypatch):
    assert not can_be_compiled(tiny_llm().double().layers[0])
    mixed = tiny_llm().layers[0]
    mixed.self_attention.k_proj = Int8Linear(mixed.self_attention.k_proj.weight)
    assert not can_be_compiled(mixed)
    assert not can_be_compiled(pack(tiny_llm()).bfloat16().layers[0])
    monkeypatch.setattr(compiled_layer, "SMALL", 2**18)
    assert not can_be_compiled(tiny_llm().layers[0])
    assert not can_be_compiled(nn.Identity())
