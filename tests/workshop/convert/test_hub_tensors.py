"""Checkpoints name and store some tensors in several ways; no tensor of ours is forgotten."""

import math
import re

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models.base import unique_tensors
from course_lib.workshop.convert import bert_from_hugging_face, gpt_from_hugging_face, t5_from_hugging_face
from course_lib.workshop.convert.hub_tensors import HubTensors
from tests.parity import D
from tests.workshop.convert import test_bert, test_gpt2, test_t5
from tests.workshop.convert.hugging_face import one_of_each_kind

FAMILIES = {
    "bert": (bert_from_hugging_face, test_bert.theirs),
    "gpt2": (gpt_from_hugging_face, test_gpt2.theirs),
    "t5": (t5_from_hugging_face, test_t5.theirs),
}
# What Hugging Face stores twice may be stored once.
COPIES = {
    "cls.predictions.decoder.weight",
    "cls.predictions.decoder.bias",
    "lm_head.weight",
    "encoder.embed_tokens.weight",
    "decoder.embed_tokens.weight",
}
each_family = pytest.mark.parametrize(("convert", "theirs"), FAMILIES.values(), ids=FAMILIES.keys())


def state_and_config(model):
    return model.state_dict(), model.config.to_dict()


@each_family
def test_what_is_stored_twice_may_be_stored_once(convert, theirs):
    state, config = state_and_config(theirs())
    assert state.keys() & COPIES
    once = convert({name: tensor for name, tensor in state.items() if name not in COPIES}, config)
    for tensor, expected in zip(once.parameters(), convert(state, config).parameters(), strict=True):
        assert torch.equal(tensor, expected)


@pytest.mark.parametrize(
    ("family", "leftovers"),
    [
        ("bert", ["bert.embeddings.position_ids", "bert.pooler.dense.bias", "cls.seq_relationship.weight"]),
        ("gpt2", ["transformer.h.0.attn.bias", "h.1.attn.masked_bias"]),
        ("t5", ["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"]),
    ],
)
def test_what_the_checkpoints_on_the_hub_have_to_no_use_is_left_out(family, leftovers):
    convert, theirs = FAMILIES[family]
    state, config = state_and_config(theirs())
    converted = convert(state | {name: torch.zeros(2) for name in leftovers}, config)
    for tensor, expected in zip(converted.parameters(), convert(state, config).parameters(), strict=True):
        assert torch.equal(tensor, expected)


def test_the_norms_of_bert_may_have_their_old_names():
    state, config = state_and_config(test_bert.theirs())
    old = {name: re.sub(r"LayerNorm\.weight$", "LayerNorm.gamma", name) for name in state}
    old = {name: re.sub(r"LayerNorm\.bias$", "LayerNorm.beta", old[name]) for name in state}
    assert sum(name != old[name] for name in state) == 2 * (2 * config["num_hidden_layers"] + 2)
    converted = bert_from_hugging_face({old[name]: tensor for name, tensor in state.items()}, config)
    for tensor, expected in zip(
        converted.parameters(), bert_from_hugging_face(state, config).parameters(), strict=True
    ):
        assert torch.equal(tensor, expected)


@each_family
def test_another_family_is_refused_by_name(convert, theirs):
    state, config = state_and_config(theirs())
    with pytest.raises(CourseError, match="model_type = .* has llama"):
        convert(state, config | {"model_type": "llama"})


def test_half_precision_weights_are_scaled_in_single_precision():
    model = test_gpt2.theirs().bfloat16()
    converted = gpt_from_hugging_face(*state_and_config(model))
    assert {tensor.dtype for tensor in converted.state_dict().values()} == {torch.float32}
    torch.testing.assert_close(converted.embedding.table.weight, model.transformer.wte.weight.float() / math.sqrt(D))


def test_a_prefix_is_left_out_where_it_is_there():
    checkpoint = HubTensors({"inner.a": torch.tensor(3.0), "b": torch.tensor(5.0)}, prefix="inner.")
    assert (float(checkpoint["a"]), float(checkpoint["b"])) == (3.0, 5.0)


@each_family
def test_a_tensor_of_ours_that_a_converter_forgets_is_named_whatever_its_kind(convert, theirs, monkeypatch):
    fill, checkpoint = HubTensors.fill, state_and_config(theirs())
    forgotten = one_of_each_kind(unique_tensors(convert(*checkpoint)))

    def fill_all_but(name):
        def fill_others(self, model, weights, *arguments, **named):
            return fill(self, model, (pair for pair in weights if pair[0] != name), *arguments, **named)

        monkeypatch.setattr(HubTensors, "fill", fill_others)

    for name in forgotten:
        fill_all_but(name)
        with pytest.raises(CourseError, match=f"the checkpoint has nothing for our {name}"):
            convert(*checkpoint)
