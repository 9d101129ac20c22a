"""What families of models choose differently: each choice does what it says, and by default all is as before."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import Llm, LlmConfig, load_model, save_model
from course_lib.nn import DynamicNtkScaling, RMSNorm, YarnScaling, record_attention
from course_lib.workshop.fast import fuse
from tests.models.tiny import LLM_SIZES, tiny_llm
from tests.parity import B, T, V, assert_near
from tests.toys import toy_tokenizer

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])
CHOICES = {
    "qkv_bias": True,
    "qk_norm": True,
    "post_norms": True,
    "activation": "gelu_tanh",
    "tied": False,
    "embedding_scale": 4.0,
    "score_cap": 0.1,
    "logit_cap": 0.5,
    "rope_scaling": YarnScaling(factor=4.0, original_length=7),
}
each_choice = pytest.mark.parametrize(("choice", "value"), [item for item in CHOICES.items() if item[0] != "tied"])


def both(choice, value):
    """A plain model, and one with a choice and the same weights as far as it has them."""
    plain, other = tiny_llm(), tiny_llm(**{choice: value})
    other.load_state_dict(plain.state_dict(), strict=False)
    return plain, other


@each_choice
def test_every_choice_changes_the_logits(choice, value):
    plain, other = both(choice, value)
    assert (plain(TOKENS) - other(TOKENS)).abs().max() > 1e-3


def test_by_default_names_of_tensors_are_as_they_were():
    layer = ["q_proj", "k_proj", "v_proj", "o_proj"]
    names = {f"layers.{i}.self_attention.{part}.weight" for i in range(3) for part in layer}
    names |= {f"layers.{i}.feed_forward.{part}_proj.weight" for i in range(3) for part in ("gate", "up", "down")}
    names |= {f"layers.{i}.{part}_norm.weight" for i in range(3) for part in ("self_attention", "feed_forward")}
    names |= {"embedding.table.weight", "norm.weight", "output.weight"}
    assert set(tiny_llm().state_dict()) == names


def test_all_choices_together_can_be_saved_and_loaded(tmp_path):
    model = tiny_llm(vocab_size=len(toy_tokenizer()), window_sizes=(3, None, 3), window_rope_base=10.0, **CHOICES)
    save_model(model, tmp_path, toy_tokenizer())
    loaded, _ = load_model(tmp_path)
    assert loaded.config == model.config
    assert torch.equal(loaded(TOKENS), model(TOKENS))


def test_queries_and_keys_that_are_normed_have_no_length_of_their_own(tolerance):
    model = tiny_llm(qk_norm=True, eps=0.0)
    expected = model(TOKENS)
    with torch.no_grad():
        for layer in model.layers:
            layer.self_attention.q_proj.weight *= 7
            layer.self_attention.k_proj.weight *= 0.3
    assert_near(model(TOKENS), expected, 10 * tolerance)


def test_what_is_normed_behind_a_block_has_the_length_of_its_weight(tolerance):
    model, seen = tiny_llm(post_norms=True, eps=0.0), []
    for norm in (part for name, part in model.named_modules() if name.endswith("post_norm")):
        norm.register_forward_hook(lambda module, _, out: seen.append((out / module.weight).square().mean(-1)))
    model(TOKENS)
    assert len(seen) == 2 * LLM_SIZES["num_layers"]
    assert_near(torch.stack(seen), torch.ones(len(seen), B, T), tolerance)


def test_logits_stay_below_their_cap():
    model = tiny_llm(logit_cap=0.5)
    with torch.no_grad():
        model.output.weight *= 100
    assert model(TOKENS).abs().max() <= 0.5


def test_recording_sees_the_capped_weights():
    model = tiny_llm(score_cap=0.01)
    with record_attention(model) as maps:
        recorded = model(TOKENS)
    assert_near(recorded, model(TOKENS), 1e-6)
    weights = maps.weights("decoder")
    rows = torch.arange(1, T + 1).unsqueeze(-1)
    assert_near(weights, torch.ones(T, T).tril().div(rows).expand_as(weights), 0.02)  # hardly any score is left


def test_layers_with_a_window_may_turn_by_another_base():
    tokens = torch.randint(1, V, (1, 7))
    of_its_own = tiny_llm(window_sizes=(3, 3, 3), window_rope_base=10.0)
    everywhere = tiny_llm(window_sizes=(3, 3, 3), rope_base=10.0)
    everywhere.load_state_dict(of_its_own.state_dict())
    assert torch.equal(of_its_own(tokens), everywhere(tokens))
    without_windows = tiny_llm(window_rope_base=10.0)
    plain = tiny_llm()
    without_windows.load_state_dict(plain.state_dict())
    assert torch.equal(without_windows(tokens), plain(tokens))


@pytest.mark.parametrize("reader", [lambda model: model, fuse], ids=["plain", "fused"])
@pytest.mark.parametrize("first", [1, 4])
@torch.no_grad()
def test_a_cache_takes_in_no_text_whose_length_would_turn_its_keys_anew(first, reader):
    scaling = DynamicNtkScaling(factor=2.0, original_length=7)
    model, tokens = tiny_llm(rope_scaling=scaling, max_length=64), torch.randint(1, V, (B, 8))
    read, cache = reader(model), model.new_cache()
    parts = tokens[:, :first], *tokens[:, first:7].split(1, dim=1)
    logits = torch.cat([read(part, cache=cache) for part in parts], dim=1)
    assert_near(logits, model(tokens[:, :7]), 1e-5)
    with pytest.raises(CourseError, match="a cache with DynamicNtkScaling can't hold more than 7 tokens, got 8; "):
        read(tokens[:, 7:], cache=cache)
    with pytest.raises(CourseError, match="can't hold more than 7 tokens, got 8"):
        read(tokens, cache=model.new_cache())


def test_an_output_of_its_own_is_not_the_table():
    model = tiny_llm(tied=False)
    assert model.output.weight is not model.embedding.table.weight
    assert model.num_parameters() == tiny_llm().num_parameters() + V * LLM_SIZES["d_model"]


def test_in_bfloat16_norms_may_stay_precise():
    model = tiny_llm().bfloat16()
    for module in model.modules():
        if isinstance(module, RMSNorm):
            module.float()
    assert model(TOKENS).dtype == torch.bfloat16


def test_an_unknown_activation_is_refused_by_name():
    with pytest.raises(CourseError, match="activation must be one of silu, gelu_tanh, .* got 'relu'"):
        Llm(LlmConfig(**LLM_SIZES, activation="relu"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"window_sizes": (3, 0, None)},
            r"each entry of window_sizes must be at least 1, or None for no limit, got \(3, 0, None\)",
        ),
        ({"num_kv_heads": 0}, "multiple of num_kv_heads, got 6 and 0"),
        ({"d_head": 2, "rope_scaling": YarnScaling(factor=2.0, original_length=8)}, "d_head must be 4 or more"),
        ({"d_head": 2, "rope_scaling": DynamicNtkScaling(factor=2.0, original_length=8)}, "d_head must be 4 or more"),
    ],
)
def test_choices_that_make_no_model_are_refused(changes, message):
    with pytest.raises(CourseError, match=message):
        Llm(LlmConfig(**(LLM_SIZES | changes)))
