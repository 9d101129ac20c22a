"""Fused for writing: the logits of the model, in fewer steps; and in few bits, nearly."""

import pytest
import torch

from course_lib.data import pad_left
from course_lib.errors import CourseError
from course_lib.generation import TextDecoding, complete, generate
from course_lib.models import Llm
from course_lib.nn import LoraLinear, add_lora
from course_lib.workshop.fast import full_precision, fuse, low_precision
from course_lib.workshop.fast.fused import one_thread
from tests.models.tiny import tiny_bert, tiny_gpt, tiny_llm
from tests.parity import B, T, V, assert_near

CHOICES = {
    "plain": {},
    "windows": {"window_sizes": (3, None, 2)},
    "biases": {"qkv_bias": True},
    "norms": {"qk_norm": True, "post_norms": True, "eps": 0.1},
    "caps": {"score_cap": 2.0, "logit_cap": 1.5},
    "two bases": {"window_sizes": (3, None, 2), "window_rope_base": 100.0},
    "untied, scaled, and another activation": {"tied": False, "embedding_scale": 3.0, "activation": "gelu_tanh"},
    "multi-head": {"num_kv_heads": 6},
}
MODELS = {name: lambda choices=choices: tiny_llm(**choices) for name, choices in CHOICES.items()}
MODELS["gpt"] = lambda: tiny_gpt(max_length=64)
each_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@torch.no_grad()
def one_by_one(model, tokens, first=1):
    """The logits of `tokens`, B T, the `first` of them read at once and the others one by one."""
    cache = model.new_cache()
    parts = tokens[:, :first], *tokens[:, first:].split(1, dim=1)
    return torch.cat([model(part, cache=cache) for part in parts], dim=1)


@each_model
@pytest.mark.parametrize("first", [1, 4, 9])
@torch.no_grad()
def test_step_by_step_it_has_the_logits_of_the_model(make, first, float64):
    model, tokens = make(), torch.randint(1, V, (B, 13))
    assert_near(one_by_one(fuse(model), tokens, first), model(tokens), 1e-10)


@each_model
def test_in_half_precision_it_is_near_and_not_equal(make):
    model, tokens = make(), torch.randint(1, V, (B, 13))
    logits, near = (one_by_one(fuse(model, store), tokens) for store in (full_precision, low_precision(torch.float16)))
    assert 0 < (near - logits).abs().max() < 0.01 * logits.std()


@each_model
def test_its_steps_do_not_go_through_the_layers_of_the_model(make, monkeypatch):
    model = make()
    fused, cache = fuse(model), model.new_cache()
    fused(torch.randint(1, V, (B, 3)), cache=cache)
    for layer in model.layers:
        monkeypatch.setattr(layer, "forward", None)
    fused(torch.randint(1, V, (B, 1)), cache=cache)
    with pytest.raises(TypeError):
        fused(torch.randint(1, V, (B, 2)), cache=cache)


@torch.no_grad()
def test_rows_with_padding_go_on_as_in_the_model(float64):
    model = tiny_llm(window_sizes=(3, None, 2))
    tokens, positions = pad_left([[3, 5, 7, 2], [4, 6]])
    caches = model.new_cache(), model.new_cache()
    fused = fuse(model)
    for new in (tokens, *torch.randint(1, V, (T, B, 1))):
        logits = [m(new, positions, cache=cache) for m, cache in zip((model, fused), caches, strict=True)]
        assert_near(logits[1], logits[0], 1e-10)
        positions = None


def test_it_takes_the_place_of_the_model_in_generation(shapes_unchecked):
    model, prompts = tiny_llm(max_length=32), [[3, 5, 7, 2], [4, 6]]
    assert complete(prompts, fuse(model), -1) == complete(prompts, model, -1)
    start = torch.randint(1, V, (B, 3))
    assert generate(TextDecoding(fuse(model)), start, 2) == generate(TextDecoding(model), start, 2)


def test_rows_that_end_leave_the_batch(float64):
    model, start = tiny_llm(), torch.tensor([[1, 9], [1, 3], [1, 5]])
    expected, fused = TextDecoding(model), TextDecoding(fuse(model))
    with torch.inference_mode():
        for decoding in (expected, fused):
            decoding.next_logits(start)
            decoding.select(torch.tensor([2, 0]))
        assert_near(fused.next_logits(start[[2, 0], :1]), expected.next_logits(start[[2, 0], :1]), 1e-10)


def test_other_models_and_unmerged_adapters_are_refused():
    with pytest.raises(CourseError, match="must be an Llm or a Gpt to be fused, got Bert"):
        fuse(tiny_bert())
    model = tiny_llm()
    add_lora(model, rank=2)
    assert any(isinstance(module, LoraLinear) for module in model.modules())
    with pytest.raises(CourseError, match="layers must be nn.Linear to be fused, got LoraLinear"):
        fuse(model)


def test_the_model_inside_is_the_one_that_was_fused():
    model = tiny_llm()
    assert fuse(model).model is model
    assert isinstance(fuse(model).model, Llm)
    assert fuse(model).num_parameters() == model.num_parameters()


def test_all_cores_are_back_after_an_error_on_one():
    before = torch.get_num_threads()
    with pytest.raises(KeyError), one_thread():
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == before
