"""T5: an encoder that sees both sides, a decoder that sees the past, and distances instead of positions."""

import torch

from tests.models.tiny import tiny_t5
from tests.parity import D_FF, D, H, S, V, assert_near

SOURCE = torch.tensor([[4, 2, 16, 0, 0, 0, 0], [3, 5, 2, 2, 7, 11, 4]])
TARGET = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])


def test_a_change_in_the_source_moves_the_whole_memory_and_all_logits():
    model, source = tiny_t5(), SOURCE[1:]
    memory, logits = model.encode(source).states, model(source, TARGET[:1])
    for i in range(S):
        changed = source.clone()
        changed[0, i] = 12
        assert not torch.isclose(model.encode(changed).states, memory).all(-1).any()
        assert not torch.isclose(model(changed, TARGET[:1]), logits).all(-1).any()


def test_without_the_bias_the_encoder_does_not_notice_the_order(tolerance):
    model, order = tiny_t5(), [2, 0, 1, 3, 4]
    torch.nn.init.zeros_(model.encoder.relative_bias.table.weight)
    assert_near(model.encode(TARGET[:, order]).states, model.encode(TARGET).states[:, order], tolerance)


def test_there_is_no_longest_text():
    assert tiny_t5()(torch.ones(1, 500, dtype=torch.long), TARGET[:1]).isfinite().all()


def test_one_table_serves_both_embeddings_and_the_output_layer():
    model = tiny_t5()
    table = model.encoder.embedding.table.weight
    assert table is model.decoder.embedding.table.weight
    assert table is model.decoder.output.weight
    attention, feed_forward, bias = 4 * D * D, 2 * D * D_FF, 32 * H
    encoder = 2 * (attention + feed_forward + 2 * D) + bias + D
    decoder = 3 * (2 * attention + feed_forward + 3 * D) + bias + D
    assert model.num_parameters() == V * D + encoder + decoder
