"""The ring: it never grows beyond its window, and what a query may see is there, once, however the text was cut."""

from itertools import pairwise

import pytest
import torch

from course_lib.nn import DecoderCache, SlidingWindowKVCache
from course_lib.nn.decoder_cache import slots_in_ring
from tests.nn.test_kv_cache import CUTS, LENGTH

B, K, E = 2, 3, 5
WINDOWS = [1, 3, LENGTH + 4]


@pytest.mark.parametrize("window_size", WINDOWS)
def test_all_that_the_new_queries_may_see_comes_back_once(window_size):
    keys, values = torch.randn(2, B, K, LENGTH, E)
    for cuts in CUTS:
        cache = SlidingWindowKVCache(window_size)
        for a, b in pairwise(cuts):
            held = cache.update(keys[:, :, a:b], values[:, :, a:b])
            for t in range(max(0, a - window_size + 1), b):
                (slots,) = (held.keys == keys[:, :, t : t + 1]).all(dim=(0, 1, 3)).nonzero(as_tuple=True)
                assert len(slots) == 1
                assert torch.equal(held.values[:, :, slots], values[:, :, t : t + 1])
        assert cache.length == LENGTH


@pytest.mark.parametrize("window_size", WINDOWS)
def test_step_by_step_there_are_never_more_than_the_window(window_size):
    cache = SlidingWindowKVCache(window_size)
    for t in range(LENGTH):
        held = cache.update(*torch.randn(2, B, K, 1, E))
        assert held.keys.shape == held.values.shape == (B, K, min(t + 1, window_size), E)
        assert cache.nbytes == 2 * B * K * window_size * E * 4


@pytest.mark.parametrize("window_size", WINDOWS)
def test_its_memory_is_that_of_the_window_however_long_the_chunks(window_size):
    for cuts in CUTS:
        cache = SlidingWindowKVCache(window_size)
        for a, b in pairwise(cuts):
            cache.update(*torch.randn(2, B, K, b - a, E))
            assert cache.nbytes == 2 * B * K * window_size * E * 4


def test_after_a_chunk_longer_than_the_window_it_holds_the_end_of_the_chunk():
    cache, keys = SlidingWindowKVCache(3), torch.arange(14.0).view(1, 1, 14, 1)
    everything = cache.update(keys[:, :, :2], keys[:, :, :2])
    assert everything.keys.flatten().tolist() == [0, 1]
    everything = cache.update(keys[:, :, 2:13], keys[:, :, 2:13])
    assert everything.keys.flatten().tolist() == [*range(13)]
    held = cache.update(keys[:, :, 13:], keys[:, :, 13:])
    assert sorted(held.keys.flatten().tolist()) == sorted(held.values.flatten().tolist()) == [11, 12, 13]


def test_positions_stand_where_their_keys_stand():
    windows = (None, 3, 1)
    for cuts in CUTS:
        cache = DecoderCache(windows)
        for a, b in pairwise(cuts):
            positions = torch.arange(a, b).expand(B, -1)
            cache.extend(positions)
            for layer, window_size in zip(cache.layers, windows, strict=True):
                keys = positions[:, None, :, None].expand(B, K, -1, E).double()
                held = layer.update(keys, keys)
                assert torch.equal(held.keys[:, 1, :, 2].long(), cache.k_positions(window_size))


def test_rows_may_be_repeated_and_dropped():
    cache, rows = SlidingWindowKVCache(3), torch.tensor([1, 1, 0])
    keys = torch.randn(B, K, 5, E)
    for t in range(4):
        cache.update(keys[:, :, t : t + 1], keys[:, :, t : t + 1])
    cache.select(rows)
    held = cache.update(keys[rows, :, 4:], keys[rows, :, 4:])
    assert torch.equal(held.keys.sort(dim=2).values, keys[rows, :, 2:].sort(dim=2).values)


@pytest.mark.parametrize("window_size", WINDOWS)
def test_each_slot_of_a_row_takes_one_of_the_last_real_positions(window_size):
    positions = torch.tensor([[-1, 0, 1, 2, 3, 4, -1], [5, 6, -1, 7, 8, -1, 9], [-1] * 7])
    rows, columns, slots = slots_in_ring(positions, positions.amax(dim=1, keepdim=True), window_size)
    stored = positions[rows, columns]
    assert torch.equal(slots, stored % window_size)
    for row, expected in enumerate([[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], []]):
        assert stored[rows == row].tolist() == expected[-window_size:]


def test_a_slot_that_no_position_has_taken_yet_holds_zeros():
    cache = DecoderCache([3])
    torch.use_deterministic_algorithms(True)  # what is made without numbers is then filled with NaN
    try:
        cache.extend(torch.empty(B, 1), torch.tensor([[-1], [0]]))
        held = cache.layers[0].update(*torch.ones(2, B, K, 1, E))
    finally:
        torch.use_deterministic_algorithms(False)
    expected = torch.zeros(B, K, 3, E)
    expected[1, :, 0] = 1.0
    assert torch.equal(held.keys, expected)
    assert torch.equal(held.values, expected)
