"""What a decoder keeps: it stands where its longest row stands, and all that it holds goes with the rows."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import DecoderCache, KeysValues
from course_lib.nn.decoder_cache import Memory
from tests.parity import B, E, H, S

POSITIONS = torch.tensor([[-1, -1, 0], [0, 1, 2]])


@pytest.mark.parametrize("rows", [[0, 1], [1, 0], [0]])
def test_its_length_is_that_of_the_longest_row_without_padding(rows):
    cache = DecoderCache([None, 2])
    cache.extend(torch.empty(len(rows), 3), POSITIONS[rows])
    assert len(cache) == (3 if 1 in rows else 1)


def test_rows_that_are_dropped_repeated_or_reordered_go_on_from_where_each_stands():
    cache = DecoderCache([None, 2])
    cache.extend(torch.empty(B, 3), POSITIONS)
    cache.select(torch.tensor([1, 1, 0]))
    assert cache.extend(torch.empty(3, 1)).tolist() == [[3], [3], [1]]
    assert cache.k_positions(None).tolist() == [[0, 1, 2, 3], [0, 1, 2, 3], [-1, -1, 0, 1]]
    assert cache.k_positions(2).sort().values.tolist() == [[2, 3], [2, 3], [0, 1]]


@pytest.mark.parametrize("asked", [set(), {0}, {2, 3}, {0, 1, 2, 3}])
def test_the_positions_of_the_keys_are_the_same_whenever_they_are_asked_for(asked):
    cache = DecoderCache([None, 3])
    for step, count in enumerate((5, 1, 1, 2)):
        cache.extend(torch.empty(B, count))
        if step in asked:
            cache.k_positions(None)
    assert cache.k_positions(None).tolist() == [list(range(9))] * B
    assert cache.k_positions(3).tolist() == [[6, 4, 5, 7, 8]] * B  # what the ring held, slot by slot, and the two


def test_the_mask_of_a_memory_follows_the_rows_as_its_keys_and_values_do():
    keys, values, rows = *torch.randn(2, B, H, S, E), torch.tensor([1, 1, 0])
    mask = torch.tensor([[True] * 2 + [False] * 5, [True] * S])[:, None, None]
    cache = DecoderCache([None], Memory([KeysValues(keys, values)], mask))
    cache.select(rows)
    assert torch.equal(cache.memory.mask, mask[rows])
    assert torch.equal(cache.memory.of(0).keys, keys[rows])
    assert torch.equal(cache.memory.of(0).values, values[rows])


@pytest.mark.parametrize(("held", "rows"), [(2, 1), (1, 2), (2, 3)])
def test_another_number_of_rows_is_refused_before_anything_is_taken_in(held, rows):
    cache = DecoderCache([None, 2])
    cache.extend(torch.empty(held, 3))
    with pytest.raises(CourseError, match=f"as many rows as the cache, {held}, got {rows}"):
        cache.extend(torch.empty(rows, 1))
    assert cache.extend(torch.empty(held, 1)).tolist() == [[3]] * held
