"""T5: our model with Hugging Face's weights has Hugging Face's hidden states, attention and logits."""

from itertools import pairwise

import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration, T5Model

from course_lib.errors import CourseError
from course_lib.nn import record_attention
from course_lib.workshop.convert import t5_from_hugging_face
from tests.parity import D_FF, B, D, E, H, V, assert_near
from tests.workshop.convert.hugging_face import NEAR, assert_all_near, layer_outputs, random_tokens, small

# Longer than 128, from where on all distances share a bucket.
SOURCE_LENGTH, TARGET_LENGTH = 149, 139


def theirs(model_class=T5ForConditionalGeneration, **changes):
    sizes = {
        "vocab_size": V,
        "d_model": D,
        "d_kv": E,
        "d_ff": D_FF,
        "num_heads": H,
        "num_layers": 2,
        "num_decoder_layers": 3,
    }
    return small(model_class, T5Config(**(sizes | changes)))


def ours(model):
    return t5_from_hugging_face(model.state_dict(), model.config.to_dict())


@pytest.fixture(params=[0, 31], ids=["no padding", "padding"])
def sides(request):
    """Source and target; of both, the second is padded."""
    return [random_tokens(B, length, V, request.param) for length in (SOURCE_LENGTH, TARGET_LENGTH)]


def inputs(source, target):
    """What their model takes."""
    return {
        "input_ids": source,
        "attention_mask": source != 0,
        "decoder_input_ids": target,
        "decoder_attention_mask": target != 0,
    }


@torch.no_grad()
def test_logits_equal_those_of_t5_for_conditional_generation(sides):
    model, real = theirs(), sides[1] != 0
    assert_near(ours(model)(*sides)[real], model(**inputs(*sides)).logits[real], NEAR)


@pytest.mark.parametrize("cuts", [[0, 130, *range(131, TARGET_LENGTH + 1)], [0, 1, 17, TARGET_LENGTH]])
@torch.no_grad()
def test_however_the_target_is_cut_logits_are_theirs(cuts):
    """The source of the second is padded on the left."""
    model, source = theirs(), random_tokens(B, SOURCE_LENGTH, V, padding=31).flip(1)
    target, converted = random_tokens(B, TARGET_LENGTH, V, padding=0), ours(model)
    cache = converted.new_cache(source)
    chunks = [converted.decoder(target[:, a:b], cache=cache) for a, b in pairwise(cuts)]
    assert_near(torch.cat(chunks, dim=1), model(**inputs(source, target)).logits, NEAR)


@torch.no_grad()
def test_hidden_states_of_all_layers_equal_those_of_t5_model(sides):
    model, (source, target) = theirs(T5Model), sides
    converted = ours(model)
    expected = model(**inputs(*sides), output_hidden_states=True)
    for side, theirs_side, real in [
        (converted.encoder, expected.encoder_hidden_states, source != 0),
        (converted.decoder, expected.decoder_hidden_states, target != 0),
    ]:
        outputs = layer_outputs([*side.layers, side.norm], lambda: converted(*sides))
        del outputs[-2]  # they give the last one normalized only
        assert_all_near(outputs, theirs_side[1:], real)
    memory = converted.encode(source)
    assert_near(memory.states[source != 0], expected.encoder_last_hidden_state[source != 0], NEAR)
    hidden = converted.decoder.hidden(target, memory)
    assert_near(hidden[target != 0], expected.last_hidden_state[target != 0], NEAR)


@torch.no_grad()
def test_attention_weights_of_all_three_kinds_equal_those_of_t5_model(sides):
    model, (_, target) = theirs(T5Model), sides
    converted = ours(model)
    with record_attention(converted) as maps:
        converted(*sides)
    expected = model(**inputs(*sides), output_attentions=True)
    real = (target != 0)[:, None, :].expand(B, H, TARGET_LENGTH)
    assert_near(maps.weights("encoder"), torch.stack(expected.encoder_attentions), NEAR)
    assert_all_near(maps.weights("decoder"), expected.decoder_attentions, real)
    assert_all_near(maps.weights("cross"), expected.cross_attentions, real)


def test_the_converted_model_is_ours_in_every_respect():
    converted = ours(theirs())
    table = converted.encoder.embedding.table.weight
    assert converted.decoder.output.weight is table
    assert converted.decoder.embedding.table.weight is table
    assert not converted.training
    assert converted.config.dropout == 0.1


@pytest.mark.parametrize(
    "changes",
    [
        {"feed_forward_proj": "gated-gelu"},
        {"d_kv": E + 2},
        {"layer_norm_epsilon": 1e-5},
        {"relative_attention_num_buckets": 16},
        {"relative_attention_max_distance": 64},
    ],
)
def test_what_our_model_cannot_have_is_refused_by_name(changes):
    ((name, value),) = changes.items()
    with pytest.raises(CourseError, match=f"{name} = .* has {value}"):
        ours(theirs(**changes))


def test_an_output_layer_of_its_own_is_refused():
    model = theirs()
    state = model.state_dict() | {"lm_head.weight": torch.randn(V, D)}
    with pytest.raises(CourseError, match=r"lm_head\.weight differs from shared\.weight"):
        t5_from_hugging_face(state, model.config.to_dict())
