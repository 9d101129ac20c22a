"""Llama, Mistral, Qwen and Gemma: our `Llm` with their weights has their logits, however a text is cut and padded."""

from itertools import pairwise

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import record_attention
from course_lib.workshop.convert import HubCheckpoint, llm_from_hugging_face
from tests.parity import B, V, assert_near
from tests.workshop.convert.hugging_face import NEAR, random_tokens
from tests.workshop.convert.llm_twins import FAMILIES, LAYERS, WINDOW, E, H, T, ours, saved, their_llm

CUTS = {"step by step": range(T + 1), "prefill": [0, 11, *range(12, T + 1)], "chunks": [0, 3, 4, 10, T]}
ALIKE = ("mixtral",)  # but for its names it is put together of what the others have
each_family = pytest.mark.parametrize(
    "family", [pytest.param(name, marks=pytest.mark.slow if name in ALIKE else ()) for name in FAMILIES]
)


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """Their model and ours, by family."""
    made = {}

    def twins(family):
        if family not in made:
            theirs = their_llm(family)
            made[family] = theirs, ours(theirs, tmp_path_factory.mktemp(family))
        return made[family]

    return twins


@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_logits_are_theirs_on_texts_longer_than_the_window(family, twins):
    theirs, converted = twins(family)
    tokens = random_tokens(B, T, V, padding=0)
    assert T > 3 * WINDOW
    assert_near(converted(tokens), theirs(tokens).logits, NEAR)


@each_family
@pytest.mark.parametrize("cuts", CUTS.values(), ids=CUTS.keys())
@torch.no_grad()
def test_however_a_text_is_cut_logits_are_theirs(family, cuts, twins):
    theirs, converted = twins(family)
    tokens, cache = random_tokens(B, T, V, padding=0), converted.new_cache()
    logits = torch.cat([converted(tokens[:, a:b], cache=cache) for a, b in pairwise(cuts)], dim=1)
    assert_near(logits, theirs(tokens).logits, NEAR)


@each_family
@pytest.mark.parametrize("side", ["left", "right"])
@torch.no_grad()
def test_logits_of_rows_that_are_padded_are_theirs(family, side, twins):
    theirs, converted = twins(family)
    tokens = random_tokens(B, T, V, padding=4)
    tokens = tokens.flip(1) if side == "left" else tokens
    real = tokens != 0
    positions = (real.cumsum(1) - 1).masked_fill(~real, -1)
    expected = theirs(tokens, attention_mask=real.long(), position_ids=positions.clamp(min=0)).logits
    assert_near(converted(tokens, positions)[real], expected[real], NEAR)


@each_family
@pytest.mark.parametrize("cuts", CUTS.values(), ids=CUTS.keys())
@torch.no_grad()
def test_however_rows_that_are_padded_are_cut_logits_are_theirs(family, cuts, twins):
    """On the left, as a batch of unequal prompts is for generation."""
    theirs, converted = twins(family)
    tokens, cache = random_tokens(B, T, V, padding=7).flip(1), converted.new_cache()
    real = tokens != 0
    positions = (real.cumsum(1) - 1).masked_fill(~real, -1)
    expected = theirs(tokens, attention_mask=real.long(), position_ids=positions.clamp(min=0)).logits
    logits = torch.cat([converted(tokens[:, a:b], positions[:, a:b], cache=cache) for a, b in pairwise(cuts)], dim=1)
    assert_near(logits[real], expected[real], NEAR)


@each_family
@torch.no_grad()
def test_attention_weights_are_theirs_and_recording_changes_nothing(family, twins):
    theirs, converted = twins(family)
    tokens = random_tokens(B, T, V, padding=0)
    with record_attention(converted) as maps:
        recorded = converted(tokens)
    assert_near(recorded, converted(tokens), NEAR)
    assert_near(maps.weights("decoder"), torch.stack(theirs(tokens, output_attentions=True).attentions), NEAR)


@each_family
def test_the_converted_model_is_in_eval_mode_and_tied_as_theirs(family, twins):
    theirs, converted = twins(family)
    assert not converted.training
    tied = converted.output.weight is converted.embedding.table.weight
    assert tied == theirs.config.tie_word_embeddings
    assert converted.num_parameters() == theirs.num_parameters()


@pytest.mark.parametrize(
    ("family", "windows"),
    [
        ("llama", (None, None, None)),
        ("mistral", (WINDOW, WINDOW, WINDOW)),
        ("qwen2", (None, WINDOW, WINDOW)),
        ("gemma2", (WINDOW, None, WINDOW)),
        ("gemma3_text", (WINDOW, None, WINDOW)),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_which_layers_have_a_window_is_listed_or_follows_from_the_family(family, windows, listed):
    theirs = their_llm(family)
    config = theirs.config.to_dict() | {"sliding_window_pattern": 2}
    if not listed:
        config.pop("layer_types", None)
    assert llm_from_hugging_face(theirs.state_dict(), config).config.window_sizes == windows


def test_a_mistral_may_have_no_window(tmp_path):
    assert ours(their_llm("mistral", sliding_window=None), tmp_path).config.window_sizes == (None,) * LAYERS


@torch.no_grad()
def test_a_config_of_before_grouped_queries_has_a_key_value_head_per_query_head():
    theirs, tokens = their_llm("llama", num_key_value_heads=H, head_dim=E, hidden_size=H * E), random_tokens(B, T, V, 0)
    config = theirs.config.to_dict()
    del config["num_key_value_heads"], config["head_dim"]
    assert_near(llm_from_hugging_face(theirs.state_dict(), config)(tokens), theirs(tokens).logits, NEAR)


@each_family
@torch.no_grad()
def test_bfloat16_weights_stay_so_and_norms_are_exact(family, tmp_path):
    theirs = their_llm(family).bfloat16()
    folder = saved(theirs, tmp_path)
    half, single = (HubCheckpoint(folder).model(dtype) for dtype in (torch.bfloat16, torch.float32))
    kinds = {name: tensor.dtype for name, tensor in half.state_dict().items()}
    assert {dtype for name, dtype in kinds.items() if "norm" not in name} == {torch.bfloat16}
    assert {dtype for name, dtype in kinds.items() if "norm" in name} == {torch.float32}
    assert {tensor.dtype for tensor in single.state_dict().values()} == {torch.float32}
    assert all(torch.equal(a, b) for a, b in zip(norms(half), norms(single), strict=True))
    tokens = random_tokens(B, T, V, padding=0)
    assert half(tokens).dtype == torch.bfloat16
    error, their_error = (
        (logits.float() - single(tokens)).abs().mean() for logits in (half(tokens), theirs(tokens).logits)
    )
    assert error < 2 * their_error


def norms(model):
    return [tensor for name, tensor in model.state_dict().items() if "norm" in name]


def test_old_checkpoints_repeat_the_frequencies_of_rope(twins):
    theirs, converted = twins("llama")
    state = dict(theirs.state_dict()) | {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(E // 2)}
    again = llm_from_hugging_face(state, theirs.config.to_dict())
    assert torch.equal(again.output.weight, converted.output.weight)


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("llama", {"hidden_act": "relu"}),
        ("llama", {"attention_bias": True}),
        ("mistral", {"layer_types": ["full_attention"] * LAYERS}),
        ("gemma2", {"hidden_activation": "silu"}),
        ("gemma2", {"use_bidirectional_attention": True}),
        ("gemma3_text", {"attn_logit_softcapping": 50.0}),
    ],
)
def test_what_our_model_cannot_have_is_refused_by_name(family, changes):
    theirs = their_llm(family)
    with pytest.raises(CourseError, match=f"can only have {next(iter(changes))} = "):
        llm_from_hugging_face(theirs.state_dict(), theirs.config.to_dict() | changes)


def test_an_unknown_kind_of_layer_is_refused_by_name():
    theirs = their_llm("qwen3")
    with pytest.raises(CourseError, match="unknown layer type chunked_attention; known: full_attention, sliding"):
        llm_from_hugging_face({}, theirs.config.to_dict() | {"layer_types": ["chunked_attention"] * LAYERS})


@pytest.mark.parametrize("key", ["vocab_size", "hidden_size", "num_hidden_layers", "rms_norm_eps", "sliding_window"])
def test_a_setting_that_is_needed_and_missing_is_named(key):
    config = {name: value for name, value in their_llm("mistral").config.to_dict().items() if name != key}
    with pytest.raises(CourseError, match=f"config has no {key}"):
        llm_from_hugging_face({}, config)
