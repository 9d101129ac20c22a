"""T5: an encoder that sees both sides, a decoder that sees the past, and distances instead of positions."""

from itertools import pairwise

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import T5Config, load_model, save_model
from tests.models.tiny import tiny_t5
from tests.nn.test_kv_cache import FEWER_CUTS, LENGTH
from tests.parity import D_FF, B, D, H, S, T, V, assert_near
from tests.toys import toy_tokenizer

SOURCE = torch.tensor([[4, 2, 16, 0, 0, 0, 0], [3, 5, 2, 2, 7, 11, 4]])
TARGET = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])


def test_every_cut_of_the_target_gives_the_logits_of_the_whole(tolerance):
    model, target = tiny_t5(), torch.randint(1, V, (B, LENGTH))
    whole = model(SOURCE, target)
    for cuts in FEWER_CUTS:
        cache = model.new_cache(SOURCE)
        chunks = [model.decoder(target[:, a:b], cache=cache) for a, b in pairwise(cuts)]
        assert_near(torch.cat(chunks, dim=1), whole, tolerance)


def test_a_change_in_the_source_moves_the_whole_memory_and_all_logits():
    model, source = tiny_t5(), SOURCE[1:]
    memory, logits = model.encode(source).states, model(source, TARGET[:1])
    for i in range(S):
        changed = source.clone()
        changed[0, i] = 12
        assert not torch.isclose(model.encode(changed).states, memory).all(-1).any()
        assert not torch.isclose(model(changed, TARGET[:1]), logits).all(-1).any()


def test_no_logits_hear_of_a_later_target_token():
    model = tiny_t5()
    before = model(SOURCE, TARGET)
    for t in range(1, T):
        changed = TARGET.clone()
        changed[:, t] = 12
        after = model(SOURCE, changed)
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.isclose(after[:, t:], before[:, t:]).all(-1).any()


@pytest.mark.parametrize("more", [1, 3, 11])
def test_the_amount_of_padding_changes_no_logits(more, tolerance):
    model, padding = tiny_t5(), torch.zeros(B, more, dtype=torch.long)
    padded = torch.cat([SOURCE, padding], dim=1), torch.cat([TARGET, padding], dim=1)
    assert_near(model(*padded)[:, :T], model(SOURCE, TARGET), tolerance)


def test_a_source_of_nothing_but_padding_gives_numbers_and_gradients():
    model = tiny_t5()
    logits = model(torch.zeros_like(SOURCE), TARGET)
    logits.square().sum().backward()
    assert logits.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize("side", ["source", "target"])
def test_the_order_of_the_tokens_matters(side):
    model, sides = tiny_t5(), {"source": SOURCE[1:], "target": TARGET[:1]}
    before = model(**sides)[:, -1]
    sides[side] = sides[side].clone()
    sides[side][:, [0, 1]] = sides[side][:, [1, 0]]
    assert not torch.isclose(model(**sides)[:, -1], before).any()


def test_without_the_bias_the_encoder_does_not_notice_the_order(tolerance):
    model, order = tiny_t5(), [2, 0, 1, 3, 4]
    torch.nn.init.zeros_(model.encoder.relative_bias.table.weight)
    assert_near(model.encode(TARGET[:, order]).states, model.encode(TARGET).states[:, order], tolerance)


def test_there_is_no_longest_text():
    assert tiny_t5()(torch.ones(1, 500, dtype=torch.long), TARGET[:1]).isfinite().all()


def test_logits_may_be_computed_for_some_tokens_only(tolerance):
    model, keep = tiny_t5(), TARGET % 2 == 1
    assert_near(model(SOURCE, TARGET, keep=keep), model(SOURCE, TARGET)[keep], tolerance)


def test_one_table_serves_both_embeddings_and_the_output_layer():
    model = tiny_t5()
    table = model.encoder.embedding.table.weight
    assert table is model.decoder.embedding.table.weight
    assert table is model.decoder.output.weight
    attention, feed_forward, bias = 4 * D * D, 2 * D * D_FF, 32 * H
    encoder = 2 * (attention + feed_forward + 2 * D) + bias + D
    decoder = 3 * (2 * attention + feed_forward + 3 * D) + bias + D
    assert model.num_parameters() == V * D + encoder + decoder


def test_a_loaded_model_has_the_logits_of_the_saved_one(tmp_path):
    model = tiny_t5(vocab_size=len(toy_tokenizer()))
    save_model(model, tmp_path, toy_tokenizer())
    loaded, _ = load_model(tmp_path)
    assert torch.equal(loaded(SOURCE, TARGET), model(SOURCE, TARGET))
    assert loaded.config == model.config
    assert loaded.decoder.output.weight is loaded.encoder.embedding.table.weight


@pytest.mark.usefixtures("shapes_unchecked")
def test_a_source_without_a_batch_is_refused():
    with pytest.raises(CourseError, match=rf"expected 2 axes \(B S\), got shape \({S},\)"):
        tiny_t5()(SOURCE[0], TARGET)


def test_a_config_is_written_with_names_and_stays_as_it_is():
    with pytest.raises(TypeError):
        T5Config(V)
    with pytest.raises(AttributeError):
        T5Config(vocab_size=V).vocab_size = 3
