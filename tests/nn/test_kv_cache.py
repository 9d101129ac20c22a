"""The cache: however a sequence is cut, and whichever rows go on, attention sees what it would have seen uncut."""

from itertools import combinations, pairwise

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import CausalSelfAttention, DecoderCache, KeysValues, KVCache, SlidingWindowKVCache
from tests.nn.read import read
from tests.parity import B, D, E, H, assert_near, shake

LENGTH = 7
CUTS = [(0, *cuts, LENGTH) for n in range(LENGTH) for cuts in combinations(range(1, LENGTH), n)]
# For whole models: not at all, at one place, at some, at all.
FEWER_CUTS = [(0, LENGTH), *((0, place, LENGTH) for place in range(1, LENGTH)), (0, 2, 3, 6, LENGTH), CUTS[-1]]


@pytest.mark.parametrize(("num_heads", "num_kv_heads"), [(H, H), (H, 1), (6, 2)])
def test_every_way_of_cutting_gives_the_uncut_result(num_heads, num_kv_heads, tolerance):
    attention = shake(CausalSelfAttention(6 * E, num_heads, num_kv_heads, bias=True))
    x = torch.randn(B, LENGTH, 6 * E)
    uncut = read(attention, x)
    for cuts in CUTS:
        cache = DecoderCache([None])
        chunks = [read(attention, x[:, a:b], cache) for a, b in pairwise(cuts)]
        assert_near(torch.cat(chunks, dim=1), uncut, tolerance)


@torch.no_grad()
def test_the_cache_holds_everything_in_order():
    keys, values = torch.randn(2, B, H, LENGTH, E)
    for cuts in CUTS:
        cache = KVCache()
        for a, b in pairwise(cuts):
            so_far = cache.update(keys[:, :, a:b], values[:, :, a:b])
            assert cache.length == b
            assert torch.equal(so_far.keys, keys[:, :, :b])
            assert torch.equal(so_far.values, values[:, :, :b])


@torch.no_grad()
def test_its_memory_is_that_of_its_room_which_at_most_doubles():
    for dtype in (torch.float16, torch.float64):
        for cuts in CUTS:
            cache, room = KVCache(), 0
            for a, b in pairwise(cuts):
                cache.update(*torch.zeros(2, B, H, b - a, E, dtype=dtype))
                room = room if b <= room else max(b, 2 * room)
                assert cache.nbytes == 2 * B * H * E * room * dtype.itemsize


@pytest.mark.parametrize("rows", [[1], [1, 0], [0, 0, 1], [1, 1, 1, 0, 1]])
@torch.no_grad()
def test_rows_may_be_dropped_repeated_and_reordered_midway(rows, tolerance):
    attention, rows = shake(CausalSelfAttention(D, H)), torch.tensor(rows)
    x, later = torch.randn(B, LENGTH, D), torch.randn(len(rows), LENGTH - 3, D)
    uncut = read(attention, torch.cat([x[rows, :3], later], dim=1))

    cache = DecoderCache([None])
    read(attention, x[:, :3], cache)
    cache.select(rows)
    assert_near(read(attention, later, cache), uncut[:, 3:], tolerance)


def test_projected_keys_and_values_follow_the_rows():
    keys, values = torch.randn(2, B, H, LENGTH, E)
    chosen = KeysValues(keys, values).select(torch.tensor([1, 1, 0]))
    assert torch.equal(chosen.keys, torch.stack([keys[1], keys[1], keys[0]]))
    assert torch.equal(chosen.values, torch.stack([values[1], values[1], values[0]]))


@pytest.mark.parametrize("new_cache", [KVCache, lambda: SlidingWindowKVCache(5)], ids=["all", "window"])
@pytest.mark.parametrize(("held", "rows"), [(2, 1), (1, 2), (2, 3)])
@pytest.mark.parametrize("length", [1, 3])
def test_another_number_of_rows_is_refused(new_cache, held, rows, length):
    cache = new_cache()
    cache.update(*torch.randn(2, held, H, length, E))
    with pytest.raises(CourseError, match=f"as many rows as the cache, {held}, got {rows}"):
        cache.update(*torch.randn(2, rows, H, length, E))
