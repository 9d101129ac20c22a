"""Encoder, decoder and translator: equal to torch's, and nothing leaks in from padding or from the future."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import Memory, padding_mask
from tests.parity import (
    B,
    D,
    H,
    S,
    T,
    V,
    assert_near,
    assert_same_function,
    both_norms,
    decoder_twin,
    embed,
    encoder_twin,
    translator_twin,
)
from tests.toys import MAX_LENGTH, tiny_translator

SOURCE = torch.tensor([[4, 2, 16, 0, 0, 0, 0], [3, 5, 2, 2, 7, 11, 4]])
TARGET = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 0, 0]])
LATER = torch.ones(T, T, dtype=torch.bool).triu(1)


@both_norms
def test_the_encoder_equals_torch(norm_first, tolerance):
    ours = tiny_translator(norm_first=norm_first).encoder
    theirs = encoder_twin(ours)(embed(ours, SOURCE), src_key_padding_mask=SOURCE == 0)
    assert_same_function(ours(SOURCE, padding_mask(SOURCE, 0)), theirs, list(ours.parameters()), tolerance)


@both_norms
def test_the_decoder_equals_torch(norm_first, tolerance):
    ours, memory = tiny_translator(norm_first=norm_first).decoder, torch.randn(B, S, D, requires_grad=True)
    hidden = decoder_twin(ours)(
        embed(ours, TARGET), memory, tgt_mask=LATER, memory_key_padding_mask=SOURCE == 0, tgt_is_causal=True
    )
    logits = ours(TARGET, Memory(memory, padding_mask(SOURCE, 0)))
    assert logits.shape == (B, T, V)
    assert_same_function(logits, hidden @ ours.output.weight.T, [memory, *ours.parameters()], tolerance)


@both_norms
def test_the_translator_equals_torch(norm_first, tolerance):
    ours = tiny_translator(norm_first=norm_first)
    hidden = translator_twin(ours)(
        embed(ours.encoder, SOURCE),
        embed(ours.decoder, TARGET),
        tgt_mask=LATER,
        src_key_padding_mask=SOURCE == 0,
        memory_key_padding_mask=SOURCE == 0,
    )
    theirs = hidden @ ours.encoder.embedding.table.weight.T
    assert_same_function(ours(SOURCE, TARGET), theirs, list(ours.parameters()), tolerance)


@both_norms
def test_what_the_padding_token_looks_like_changes_no_logits(norm_first):
    model = tiny_translator(norm_first=norm_first)
    real = model.config.pad_id + 1  # the output layer's row of the padding token itself does change
    before = model(SOURCE, TARGET[:, :3])[:, :, real:]
    with torch.no_grad():
        model.encoder.embedding.table.weight[model.config.pad_id] = torch.randn(D)
    assert torch.equal(model(SOURCE, TARGET[:, :3])[:, :, real:], before)


def test_a_sentence_alone_has_the_logits_that_it_has_in_a_batch(tolerance):
    model = tiny_translator()
    assert_near(model(SOURCE[:1, :3], TARGET[:1]), model(SOURCE, TARGET)[:1], tolerance)


def test_one_table_serves_both_embeddings_and_the_output_layer():
    model = tiny_translator()
    tables = [name for name, _ in model.named_parameters() if "embedding" in name or "output" in name]
    assert tables == ["encoder.embedding.table.weight"]
    assert model.decoder.output.weight is model.decoder.embedding.table.weight
    assert model.num_parameters() == sum(p.numel() for p in model.parameters())


def test_an_untrained_translator_is_unsure():
    torch.manual_seed(1)
    log_p = tiny_translator(norm_first=True)(SOURCE, TARGET).log_softmax(-1)
    assert float(log_p.detach().exp().max()) < 0.9


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_sequence_longer_than_the_positions_is_refused(side):
    model, sides = tiny_translator(), {"source": SOURCE, "target": TARGET}
    sides[side] = torch.ones(B, MAX_LENGTH + 1, dtype=torch.long)
    with pytest.raises(CourseError, match=f"positions 0 to {MAX_LENGTH - 1}, got {MAX_LENGTH}"):
        model(**sides)
    sides[side] = sides[side][:, :-1]
    assert model(**sides).isfinite().all()


def test_a_cache_does_not_hide_that_the_positions_end():
    model = tiny_translator()
    cache = model.new_cache(SOURCE)
    model.decoder(torch.ones(B, MAX_LENGTH, dtype=torch.long), cache=cache)
    with pytest.raises(CourseError, match=f"within positions 0 to .*, got {MAX_LENGTH}"):
        model.decoder(TARGET[:, :1], cache=cache)


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("bad", [-1, V])
def test_token_ids_outside_the_vocabulary_are_refused(side, bad):
    sides = {"source": SOURCE.clone(), "target": TARGET.clone()}
    sides[side][1, 2] = bad
    with pytest.raises(CourseError, match=f"must be 0 to {V - 1}, .*{bad}"):
        tiny_translator()(**sides)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(CourseError, match=f"{D} and {H + 1}"):
        tiny_translator(num_heads=H + 1)
