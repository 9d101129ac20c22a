"""Recorded attention: equal to torch's weights, of one sequence at a time, and the model does not notice."""

import contextlib

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import (
    CausalSelfAttention,
    MultiHeadAttention,
    SoftcappedAttention,
    attention_layers,
    attention_weights,
    patched_heads,
    record_attention,
)
from course_lib.workshop.fast import fuse
from tests.models.tiny import IMAGE_SIZE, PATCHES, tiny_bert, tiny_gpt, tiny_llm, tiny_t5, tiny_vlm
from tests.nn.read import read
from tests.nn.test_self_attention import K, repeated_heads
from tests.parity import B, E, H, T, V, assert_near, attention_twin, both_norms, shake
from tests.toys import tiny_translator

SOURCE = torch.tensor([[4, 2, 16, 0, 0, 0, 0], [3, 5, 2, 2, 7, 11, 4]])
TARGET = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 0, 0]])
LATER = torch.ones(T, T, dtype=torch.bool).triu(1)
LAYERS = {"encoder": 2, "decoder": 3, "cross": 3}
MODELS = {
    "translator": (tiny_translator, (SOURCE, TARGET)),
    "bert": (tiny_bert, (SOURCE,)),
    "gpt": (tiny_gpt, (TARGET,)),
    "t5": (tiny_t5, (SOURCE, TARGET)),
}
each_model = pytest.mark.parametrize(("make_model", "inputs"), MODELS.values(), ids=MODELS.keys())


def attentions(model):
    """All attention layers of a model, by name."""
    kinds = MultiHeadAttention, CausalSelfAttention
    return {name: module for name, module in model.named_modules() if isinstance(module, kinds)}


def recorded(model, *inputs):
    """The maps of one run."""
    with record_attention(model) as maps:
        model(*inputs)
    return maps


def torch_weights(model, source, target):
    """The attention weights of a translator by torch.nn.MultiheadAttention: name of the layer -> B H T S."""
    masks = {"encoder": {"key_padding_mask": source == 0}, "decoder": {"attn_mask": LATER}}
    masks["cross"] = masks["encoder"]
    weights, hooks = {}, []
    for name, module in attentions(model).items():
        kind = "cross" if "cross" in name else name.partition(".")[0]

        def watch(module, args, name=name, kind=kind):
            x, source = args[0], args[kind == "cross"]
            _, weights[name] = attention_twin(module)(x, source, source, average_attn_weights=False, **masks[kind])

        hooks.append(module.register_forward_pre_hook(watch))
    model(source, target)
    for hook in hooks:
        hook.remove()
    return weights


@both_norms
def test_all_three_kinds_equal_torch_in_a_padded_batch(norm_first, tolerance):
    model = tiny_translator(norm_first=norm_first)
    expected, maps = torch_weights(model, SOURCE, TARGET), recorded(model, SOURCE, TARGET)
    assert maps.kinds == ["encoder", "decoder", "cross"]
    for kind, count in LAYERS.items():
        side, block = ("decoder", "cross") if kind == "cross" else (kind, "self")
        theirs = [expected[f"{side}.layers.{i}.{block}_attention"] for i in range(count)]
        assert_near(maps.weights(kind), torch.stack(theirs), tolerance)


@each_model
def test_each_model_shows_its_kinds_with_queries_keys_and_tokens(make_model, inputs, tolerance):
    maps = recorded(make_model(), *inputs)
    source, target = inputs[0], inputs[-1]
    tokens = {"encoder": (source, source), "decoder": (target, target), "cross": (target, source)}
    assert maps.kinds == {1: ["encoder"] if source is SOURCE else ["decoder"], 2: list(LAYERS)}[len(inputs)]
    for kind in maps.kinds:
        rows, columns = tokens[kind]
        assert torch.equal(maps.rows(kind), rows)
        assert torch.equal(maps.columns(kind), columns)
        weights = maps.weights(kind)
        assert weights.shape == (LAYERS[kind], B, H, rows.shape[1], columns.shape[1])
        assert maps.queries(kind).shape == (LAYERS[kind], B, H, rows.shape[1], E)
        assert maps.keys(kind).shape == (LAYERS[kind], B, H, columns.shape[1], E)
        assert_near(weights.sum(-1), torch.ones(weights.shape[:-1]), tolerance)


def test_queries_and_keys_explain_the_weights(tolerance):
    maps = recorded(tiny_translator(), SOURCE, TARGET)
    unmasked = attention_weights(maps.queries("decoder").flatten(0, 1), maps.keys("decoder").flatten(0, 1), ~LATER)
    assert_near(unmasked.unflatten(0, (3, B)), maps.weights("decoder"), tolerance)


@each_model
def test_later_tokens_and_padding_get_no_weight_at_all(make_model, inputs):
    maps = recorded(make_model(), *inputs)
    for kind in maps.kinds:
        weights = maps.weights(kind)
        if kind == "decoder":
            assert weights[..., LATER].eq(0).all()
            assert weights[..., ~LATER].gt(0).all()
        else:
            real = (SOURCE != 0)[None, :, None, None, :].expand_as(weights)
            assert weights[~real].eq(0).all()
            assert weights[real].gt(0).all()


def test_two_recordings_at_once_show_the_same_capped_maps():
    model = tiny_llm()
    for attention in attentions(model).values():
        attention.attend = SoftcappedAttention(0.1)
    with record_attention(model) as inner, record_attention(model) as outer:
        model(TARGET)
    assert torch.equal(inner.weights("decoder"), outer.weights("decoder"))


@each_model
def test_recording_changes_no_bit_of_what_the_model_computes(make_model, inputs):
    model = make_model()
    expected = model(*inputs)
    with record_attention(model):
        assert torch.equal(model(*inputs), expected)


def test_a_head_that_is_ablated_stays_so_while_recording():
    model = tiny_translator()
    layer = model.decoder.layers[0].cross_attention
    whole = model(SOURCE, TARGET)
    with patched_heads(layer, [0]):
        expected = model(SOURCE, TARGET)
        with record_attention(model) as maps:
            assert torch.equal(model(SOURCE, TARGET), expected)
    with record_attention(model), patched_heads(layer, [0]):  # the other order
        assert torch.equal(model(SOURCE, TARGET), expected)
    assert not torch.allclose(whole, expected)
    assert maps.weights("cross").shape[0] == LAYERS["cross"]


@each_model
def test_the_model_is_as_before_after_the_block(make_model, inputs):
    model = make_model()
    with as_before(model, inputs):
        maps = recorded(model, *inputs)
    assert maps.weights(maps.kinds[0]).shape[0] == LAYERS[maps.kinds[0]]  # the run after the block was not recorded


@each_model
def test_the_model_is_as_before_after_an_exception(make_model, inputs):
    model = make_model()
    with as_before(model, inputs), pytest.raises(CourseError, match="token ids"), record_attention(model):
        model(*[ids + V for ids in inputs])


@contextlib.contextmanager
def as_before(model, inputs):
    """The model computes the same, by the same kernels, and nothing hangs on it any more."""
    output, kernels = model(*inputs), [attention.attend for attention in attentions(model).values()]
    yield
    assert torch.equal(model(*inputs), output)
    assert [attention.attend for attention in attentions(model).values()] == kernels
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_gradients_flow_while_recording_and_maps_hold_none(tolerance):
    model = tiny_translator()
    with record_attention(model) as maps:
        during = torch.autograd.grad(model(SOURCE, TARGET).square().mean(), list(model.parameters()))
    after = torch.autograd.grad(model(SOURCE, TARGET).square().mean(), list(model.parameters()))
    for gradient, expected in zip(during, after, strict=True):
        assert_near(gradient, expected, tolerance)
    assert not any(maps.weights(kind).requires_grad for kind in maps.kinds)


def test_shared_key_value_heads_show_a_map_for_each_query_head(tolerance):
    num_heads = 3 * K
    shared = shake(CausalSelfAttention(num_heads * E, num_heads, num_kv_heads=K, bias=True, output_bias=True))
    full = MultiHeadAttention(num_heads * E, num_heads)
    full.load_state_dict(shared.state_dict() | repeated_heads(shared, times=3))
    x = torch.randn(B, T, num_heads * E)
    expected_output, expected = attention_twin(full)(x, x, x, attn_mask=LATER, average_attn_weights=False)
    with record_attention(shared) as maps:
        assert_near(read(shared, x), expected_output, tolerance)
    assert_near(maps.weights("decoder"), expected[None], tolerance)
    assert maps.keys("decoder").shape == (1, B, num_heads, T, E)


def test_the_maps_of_a_model_that_sees_are_those_of_its_two_parts():
    model, pixels = tiny_vlm(), torch.randn(1, 3, IMAGE_SIZE, IMAGE_SIZE)
    tokens = torch.tensor([[1, *[V] * PATCHES, 5, 7]])
    with record_attention(model) as maps:
        model(tokens, model.encode_images(pixels))
    assert maps.kinds == ["encoder", "decoder"]
    assert maps.weights("encoder").shape == (2, 1, H, PATCHES + 1, PATCHES + 1)  # the last of 3 layers is not run
    assert maps.weights("decoder").shape == (3, 1, 6, PATCHES + 3, PATCHES + 3)
    with pytest.raises(CourseError, match="token ids of the encoder must be recorded"):
        maps.rows("encoder")


@pytest.mark.parametrize("make_model", [tiny_llm, tiny_gpt])
@torch.no_grad()
def test_a_packed_model_shows_the_maps_of_the_model(make_model, tolerance):
    model = make_model()
    expected = recorded(model, TARGET)
    fused, cache = fuse(model), model.new_cache()
    with record_attention(fused) as maps:
        for part in TARGET.split(1, dim=1):
            fused(part, cache=cache)
    assert_near(maps.weights("decoder"), expected.weights("decoder"), tolerance)
    assert torch.equal(maps.rows("decoder"), TARGET)


def test_attention_layers_are_named_by_kind_and_number():
    translator, bert = tiny_translator(), tiny_bert()
    layers = attention_layers(translator)
    assert list(layers) == [f"{kind} {number}" for kind, count in LAYERS.items() for number in range(count)]
    assert layers["cross 1"] is translator.decoder.layers[1].cross_attention
    assert layers["decoder 2"] is translator.decoder.layers[2].self_attention
    assert list(attention_layers(bert).values()) == list(attentions(bert).values())
