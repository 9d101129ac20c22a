"""Gpt: no token hears of a later one, so that each can be computed once and kept."""

from itertools import pairwise

import pytest
import torch

from course_lib.data import pad_left
from course_lib.errors import CourseError
from course_lib.generation import complete
from course_lib.models import GptConfig, load_model, save_model
from tests.models.tiny import tiny_gpt
from tests.nn.test_kv_cache import FEWER_CUTS, LENGTH
from tests.parity import D_FF, B, D, T, V, assert_near
from tests.toys import MAX_LENGTH, toy_tokenizer

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])


def test_every_cut_gives_the_logits_of_the_whole(tolerance):
    model, tokens = tiny_gpt(), torch.randint(V, (B, LENGTH))
    whole = model(tokens)
    for cuts in FEWER_CUTS:
        cache = model.new_cache()
        chunks = [model(tokens[:, a:b], cache=cache) for a, b in pairwise(cuts)]
        assert_near(torch.cat(chunks, dim=1), whole, tolerance)


@torch.no_grad()
def test_rows_that_are_padded_on_the_left_have_the_logits_of_each_alone(tolerance):
    model, rows = tiny_gpt(), [torch.randint(1, V, (length,)).tolist() for length in (LENGTH, LENGTH - 3, 2)]
    tokens, positions = pad_left(rows)
    for cuts in FEWER_CUTS:
        cache = model.new_cache()
        chunks = [model(tokens[:, a:b], positions[:, a:b], cache) for a, b in pairwise(cuts)]
        for row, logits in zip(rows, torch.cat(chunks, dim=1), strict=True):
            assert_near(logits[-len(row) :], model(torch.tensor([row]))[0], tolerance)


@torch.no_grad()
def test_a_batch_of_unequal_prompts_is_completed_as_each_alone():
    model, prompts = tiny_gpt().double(), [[1, 9, 8, 3, 3], [1, 4], [1, 16, 5]]
    together = complete(prompts, model, end_id=14, max_new_tokens=9)
    assert together == [complete([prompt], model, end_id=14, max_new_tokens=9)[0] for prompt in prompts]


def test_a_change_moves_its_own_position_and_all_later_ones_and_no_earlier_one():
    model = tiny_gpt()
    before = model.hidden(TOKENS)
    for t in range(T):
        changed = TOKENS.clone()
        changed[:, t] = 12
        after = model.hidden(changed)
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.isclose(after[:, t:], before[:, t:]).all(-1).any()


@pytest.mark.parametrize("more", [1, 3, 11])
def test_padding_at_the_end_changes_no_logits(more, tolerance):
    model = tiny_gpt()
    padded = torch.cat([TOKENS, torch.zeros(B, more, dtype=torch.long)], dim=1)
    assert_near(model(padded)[:, :T], model(TOKENS), tolerance)


def test_the_order_of_the_tokens_matters():
    model, swapped = tiny_gpt(), TOKENS[:, [1, 0, 2, 3, 4]]
    assert not torch.isclose(model(swapped)[:, -1], model(TOKENS)[:, -1]).any()


def test_logits_may_be_computed_for_some_tokens_only(tolerance):
    model, keep = tiny_gpt(), TOKENS % 2 == 1
    assert_near(model(TOKENS, keep=keep), model(TOKENS)[keep], tolerance)


def test_one_table_serves_the_embedding_and_the_output_layer():
    model = tiny_gpt()
    assert model.output.weight is model.embedding.table.weight
    attention, norm = 4 * (D * D + D), 2 * D
    layer = attention + 2 * norm + (D * D_FF + D_FF) + (D_FF * D + D)
    assert model.num_parameters() == V * D + MAX_LENGTH * D + 3 * layer + norm


def test_a_loaded_model_has_the_logits_of_the_saved_one(tmp_path):
    model = tiny_gpt(vocab_size=len(toy_tokenizer()))
    save_model(model, tmp_path, toy_tokenizer())
    loaded, _ = load_model(tmp_path)
    assert torch.equal(loaded(TOKENS), model(TOKENS))
    assert loaded.config == model.config
    assert loaded.output.weight is loaded.embedding.table.weight


def test_a_cache_does_not_hide_that_the_positions_end():
    model = tiny_gpt()
    cache = model.new_cache()
    assert model(torch.ones(B, MAX_LENGTH, dtype=torch.long), cache=cache).isfinite().all()
    with pytest.raises(CourseError, match=f"positions 0 to {MAX_LENGTH - 1}, got {MAX_LENGTH}"):
        model(TOKENS[:, :1], cache=cache)


@pytest.mark.usefixtures("shapes_unchecked")
def test_a_text_without_a_batch_is_refused():
    with pytest.raises(CourseError, match=rf"expected 2 axes \(B T\), got shape \({T},\)"):
        tiny_gpt()(TOKENS[0])


def test_a_config_is_written_with_names_and_stays_as_it_is():
    with pytest.raises(TypeError):
        GptConfig(V)
    with pytest.raises(AttributeError):
        GptConfig(vocab_size=V).vocab_size = 3
