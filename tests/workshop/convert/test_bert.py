"""BERT: our model with Hugging Face's weights has Hugging Face's hidden states, attention and logits."""

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertModel

from course_lib.errors import CourseError
from course_lib.nn import record_attention
from course_lib.workshop.convert import bert_from_hugging_face
from tests.parity import D_FF, B, D, H, S, V, assert_near
from tests.toys import MAX_LENGTH
from tests.workshop.convert.hugging_face import NEAR, assert_all_near, layer_outputs, random_tokens, small


def theirs(model_class=BertForMaskedLM, **changes):
    sizes = {
        "vocab_size": V,
        "hidden_size": D,
        "intermediate_size": D_FF,
        "num_attention_heads": H,
        "num_hidden_layers": 2,
        "max_position_embeddings": MAX_LENGTH,
    }
    return small(model_class, BertConfig(**(sizes | changes)))


def ours(model):
    return bert_from_hugging_face(model.state_dict(), model.config.to_dict())


@pytest.fixture(params=["no padding", "padding", "padding on the left"])
def tokens(request):
    tokens = random_tokens(B, S, V, 0 if request.param == "no padding" else 3)
    return tokens.flip(1) if "left" in request.param else tokens


@torch.no_grad()
def test_logits_equal_those_of_bert_for_masked_lm(tokens):
    model = theirs()
    assert_near(ours(model)(tokens), model(tokens, attention_mask=tokens != 0).logits, NEAR)


@torch.no_grad()
def test_hidden_states_of_all_layers_equal_those_of_bert_model(tokens):
    model = theirs(BertModel)
    converted = ours(model)
    expected = model(tokens, attention_mask=tokens != 0, output_hidden_states=True)
    assert_all_near(layer_outputs(converted.layers, lambda: converted(tokens)), expected.hidden_states[1:])
    assert_near(converted.hidden(tokens), expected.last_hidden_state, NEAR)


@torch.no_grad()
def test_attention_weights_equal_those_of_bert_model(tokens):
    model = theirs(BertModel)
    converted = ours(model)
    with record_attention(converted) as maps:
        converted(tokens)
    attentions = model(tokens, attention_mask=tokens != 0, output_attentions=True).attentions
    assert_near(maps.weights("encoder"), torch.stack(attentions), NEAR)


def test_the_converted_model_is_ours_in_every_respect():
    converted = ours(theirs())
    assert converted.output.weight is converted.embedding.table.weight
    assert not converted.training
    assert converted.config.dropout == 0.1


@pytest.mark.parametrize(
    "changes",
    [{"hidden_act": "relu"}, {"layer_norm_eps": 1e-5}, {"is_decoder": True}],
)
def test_what_our_model_cannot_have_is_refused_by_name(changes):
    ((name, value),) = changes.items()
    with pytest.raises(CourseError, match=f"{name} = .* has {value}"):
        ours(theirs(**changes))


def test_an_output_layer_of_its_own_is_refused():
    with pytest.raises(CourseError, match=r"cls\.predictions\.decoder\.weight differs from embeddings\.word"):
        ours(theirs(tie_word_embeddings=False))
