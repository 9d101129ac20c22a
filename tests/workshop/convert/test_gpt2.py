"""GPT-2: our model with Hugging Face's weights has Hugging Face's hidden states, attention and logits."""

import math
from itertools import pairwise

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model

from course_lib.errors import CourseError
from course_lib.nn import record_attention
from course_lib.workshop.convert import gpt_from_hugging_face
from tests.parity import D_FF, B, D, H, T, V, assert_near
from tests.toys import MAX_LENGTH
from tests.workshop.convert.hugging_face import NEAR, assert_all_near, layer_outputs, random_tokens, small

each_cut = pytest.mark.parametrize("cuts", [range(T + 1), [0, 2, *range(3, T + 1)], [0, 1, 3, T]])


def theirs(model_class=GPT2LMHeadModel, **changes):
    sizes = {
        "vocab_size": V,
        "n_embd": D,
        "n_inner": D_FF,
        "n_head": H,
        "n_layer": 3,
        "n_positions": MAX_LENGTH,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    return small(model_class, GPT2Config(**(sizes | changes)))


def ours(model):
    return gpt_from_hugging_face(model.state_dict(), model.config.to_dict())


@pytest.fixture(params=[0, 3], ids=["no padding", "padding"])
def tokens(request):
    return random_tokens(B, T, V, request.param)


@torch.no_grad()
def test_logits_equal_those_of_gpt2_lm_head_model(tokens):
    model, real = theirs(), tokens != 0
    assert_near(ours(model)(tokens)[real], model(tokens, attention_mask=real).logits[real], NEAR)


@each_cut
@torch.no_grad()
def test_however_a_text_is_cut_logits_are_theirs(cuts):
    model, tokens = theirs(), random_tokens(B, T, V, padding=0)
    converted = ours(model)
    cache = converted.new_cache()
    logits = torch.cat([converted(tokens[:, a:b], cache=cache) for a, b in pairwise(cuts)], dim=1)
    assert_near(logits, model(tokens).logits, NEAR)


@each_cut
@torch.no_grad()
def test_logits_of_rows_that_are_padded_on_the_left_are_theirs(cuts):
    model, tokens = theirs(), random_tokens(B, T, V, padding=3).flip(1)
    real = tokens != 0
    positions = (real.cumsum(1) - 1).masked_fill(~real, -1)
    expected = model(tokens, attention_mask=real, position_ids=positions.clamp(min=0)).logits
    converted = ours(model)
    assert_near(converted(tokens, positions)[real], expected[real], NEAR)
    cache = converted.new_cache()
    logits = torch.cat([converted(tokens[:, a:b], positions[:, a:b], cache=cache) for a, b in pairwise(cuts)], dim=1)
    assert_near(logits[real], expected[real], NEAR)


@torch.no_grad()
def test_hidden_states_of_all_layers_equal_those_of_gpt2_model(tokens):
    model, real = theirs(GPT2Model), tokens != 0
    converted = ours(model)
    expected = model(tokens, attention_mask=real, output_hidden_states=True)
    outputs = layer_outputs(converted.layers, lambda: converted(tokens))
    assert_all_near(outputs[:-1], expected.hidden_states[1:-1], real)  # they give the last one normalized only
    assert_near(converted.hidden(tokens)[real] / math.sqrt(D), expected.last_hidden_state[real], NEAR)


@torch.no_grad()
def test_attention_weights_equal_those_of_gpt2_model():
    model, tokens = theirs(GPT2Model), random_tokens(B, T, V, padding=0)
    converted = ours(model)
    with record_attention(converted) as maps:
        converted(tokens)
    assert_near(maps.weights("decoder"), torch.stack(model(tokens, output_attentions=True).attentions), NEAR)


@torch.no_grad()
def test_without_a_width_the_feed_forward_network_is_four_times_as_wide(tokens):
    model, real = theirs(n_inner=None), tokens != 0
    converted = ours(model)
    assert converted.config.d_ff == 4 * D
    assert_near(converted(tokens)[real], model(tokens, attention_mask=real).logits[real], NEAR)


def test_the_converted_model_is_ours_in_every_respect():
    converted = ours(theirs())
    assert converted.output.weight is converted.embedding.table.weight
    assert not converted.training
    assert converted.config.dropout == 0.1


@pytest.mark.parametrize(
    "changes",
    [{"activation_function": "relu"}, {"scale_attn_weights": False}, {"scale_attn_by_inverse_layer_idx": True}],
)
def test_what_our_model_cannot_have_is_refused_by_name(changes):
    ((name, value),) = changes.items()
    with pytest.raises(CourseError, match=f"{name} = .* has {value}"):
        ours(theirs(**changes))


def test_an_output_layer_of_its_own_is_refused():
    with pytest.raises(CourseError, match=r"lm_head\.weight differs from wte\.weight"):
        ours(theirs(tie_word_embeddings=False))
