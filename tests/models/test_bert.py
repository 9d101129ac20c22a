"""Bert: every token sees every other real token, and padding is neither seen nor paid for."""

import pytest
import torch

from course_lib.errors import CourseError
from tests.models.tiny import tiny_bert
from tests.parity import D_FF, B, D, S, V, assert_near
from tests.toys import MAX_LENGTH

TOKENS = torch.tensor([[3, 5, 2, 2, 7, 11, 4], [4, 2, 16, 8, 0, 0, 0]])


def test_a_change_anywhere_moves_every_position():
    model = tiny_bert()
    before = model.hidden(TOKENS[:1])
    for i in range(S):
        changed = TOKENS[:1].clone()
        changed[0, i] = 12
        assert not torch.isclose(model.hidden(changed), before).all(-1).any()


def test_a_text_alone_has_the_logits_that_it_has_in_a_batch(tolerance):
    model = tiny_bert()
    assert_near(model(TOKENS[1:, :4]), model(TOKENS)[1:, :4], tolerance)


def test_the_padding_token_is_the_one_of_the_config(tolerance):
    model = tiny_bert(pad_id=5)
    tokens = torch.tensor([[3, 0, 2, 5, 5, 5, 5]])
    assert_near(model(tokens)[:, :3], model(tokens[:, :3]), tolerance)


def test_one_table_serves_the_embedding_and_the_output_layer():
    model = tiny_bert()
    assert model.output.weight is model.embedding.table.weight
    tables = V * D + MAX_LENGTH * D + V
    attention, norms = 4 * (D * D + D), 2 * D
    layer = attention + 2 * norms + (D * D_FF + D_FF) + (D_FF * D + D)
    assert model.num_parameters() == tables + norms + 2 * layer + (D * D + D) + norms


def test_a_text_longer_than_the_positions_is_refused():
    model = tiny_bert()
    with pytest.raises(CourseError, match=f"positions 0 to {MAX_LENGTH - 1}, got {MAX_LENGTH}"):
        model(torch.ones(B, MAX_LENGTH + 1, dtype=torch.long))
    assert model(torch.ones(B, MAX_LENGTH, dtype=torch.long)).isfinite().all()
