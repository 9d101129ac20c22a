"""Bert: every token sees every other real token, and padding is neither seen nor paid for."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import BertConfig, load_model, save_model
from tests.models.tiny import tiny_bert
from tests.parity import D_FF, B, D, S, V, assert_near
from tests.toys import MAX_LENGTH, toy_tokenizer

TOKENS = torch.tensor([[3, 5, 2, 2, 7, 11, 4], [4, 2, 16, 8, 0, 0, 0]])


def test_a_change_anywhere_moves_every_position():
    model = tiny_bert()
    before = model.hidden(TOKENS[:1])
    for i in range(S):
        changed = TOKENS[:1].clone()
        changed[0, i] = 12
        assert not torch.isclose(model.hidden(changed), before).all(-1).any()


def test_the_order_of_the_tokens_matters():
    model, swapped = tiny_bert(), TOKENS[:1, [1, 0, 2, 3, 4, 5, 6]]
    assert not torch.isclose(model(swapped)[:, -1], model(TOKENS[:1])[:, -1]).any()


@pytest.mark.parametrize("more", [1, 3, 11])
def test_the_amount_of_padding_changes_no_logits(more, tolerance):
    model = tiny_bert()
    padded = torch.cat([TOKENS, torch.zeros(B, more, dtype=torch.long)], dim=1)
    assert_near(model(padded)[:, :S], model(TOKENS), tolerance)


def test_a_text_alone_has_the_logits_that_it_has_in_a_batch(tolerance):
    model = tiny_bert()
    assert_near(model(TOKENS[1:, :4]), model(TOKENS)[1:, :4], tolerance)


def test_the_padding_token_is_the_one_of_the_config(tolerance):
    model = tiny_bert(pad_id=5)
    tokens = torch.tensor([[3, 0, 2, 5, 5, 5, 5]])
    assert_near(model(tokens)[:, :3], model(tokens[:, :3]), tolerance)


def test_logits_may_be_computed_for_some_tokens_only(tolerance):
    model, keep = tiny_bert(), TOKENS % 2 == 1
    assert_near(model(TOKENS, keep=keep), model(TOKENS)[keep], tolerance)


def test_one_table_serves_the_embedding_and_the_output_layer():
    model = tiny_bert()
    assert model.output.weight is model.embedding.table.weight
    tables = V * D + MAX_LENGTH * D + V
    attention, norms = 4 * (D * D + D), 2 * D
    layer = attention + 2 * norms + (D * D_FF + D_FF) + (D_FF * D + D)
    assert model.num_parameters() == tables + norms + 2 * layer + (D * D + D) + norms


def test_a_loaded_model_has_the_logits_of_the_saved_one(tmp_path):
    model = tiny_bert(vocab_size=len(toy_tokenizer()))
    save_model(model, tmp_path, toy_tokenizer())
    loaded, _ = load_model(tmp_path)
    assert torch.equal(loaded(TOKENS), model(TOKENS))
    assert loaded.config == model.config
    assert loaded.output.weight is loaded.embedding.table.weight


def test_a_text_longer_than_the_positions_is_refused():
    model = tiny_bert()
    with pytest.raises(CourseError, match=f"positions 0 to {MAX_LENGTH - 1}, got {MAX_LENGTH}"):
        model(torch.ones(B, MAX_LENGTH + 1, dtype=torch.long))
    assert model(torch.ones(B, MAX_LENGTH, dtype=torch.long)).isfinite().all()


@pytest.mark.usefixtures("shapes_unchecked")
def test_a_text_without_a_batch_is_refused():
    with pytest.raises(CourseError, match=rf"expected 2 axes \(B S\), got shape \({S},\)"):
        tiny_bert()(TOKENS[0])


def test_a_config_is_written_with_names_and_stays_as_it_is():
    with pytest.raises(TypeError):
        BertConfig(V)
    with pytest.raises(AttributeError):
        BertConfig(vocab_size=V).vocab_size = 3
