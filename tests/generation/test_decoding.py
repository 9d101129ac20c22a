"""With the cache or without it: the same logits, the same tokens, whatever search asks for them."""

from functools import partial
from itertools import pairwise

import pytest
import torch

from course_lib.data import BOS
from course_lib.generation import CachedDecoding, RecomputingDecoding, Sampler, beam_search, generate
from tests.nn.test_kv_cache import FEWER_CUTS, LENGTH
from tests.parity import V, assert_near, both_norms
from tests.toys import MAX_LENGTH, tiny_translator

END = 14  # a token that these models choose soon for one source and late for another
SOURCE = torch.tensor([[4, 2, 16, 0, 0, 0, 0], [3, 5, 2, 2, 7, 11, 4], [9, 9, 3, 2, 0, 0, 0]])


def decodings(**changes):
    model = tiny_translator(**changes)
    return CachedDecoding(model, SOURCE), RecomputingDecoding(model, SOURCE)


@both_norms
@torch.no_grad()
def test_every_cut_gives_the_logits_and_the_tokens_of_recomputing(norm_first, tolerance):
    model, tokens = tiny_translator(norm_first=norm_first), torch.randint(1, V, (len(SOURCE), LENGTH))
    recomputing = RecomputingDecoding(model, SOURCE)
    expected = {end: recomputing.next_logits(tokens[:, end - 1 : end]) for end in range(1, LENGTH + 1)}
    for cuts in FEWER_CUTS:
        cached = CachedDecoding(model, SOURCE)
        for a, b in pairwise(cuts):
            logits = cached.next_logits(tokens[:, a:b])
            assert_near(logits, expected[b], tolerance)
            assert torch.equal(logits.argmax(-1), expected[b].argmax(-1))


@pytest.mark.parametrize("rows", [[1], [2, 0], [2, 0, 1], [0, 0, 2, 1, 1, 1]])
@torch.no_grad()
def test_rows_may_be_dropped_repeated_and_reordered(rows, tolerance):
    rows, both = torch.tensor(rows), decodings()
    first, later = torch.randint(1, V, (len(SOURCE), 3)), torch.randint(1, V, (len(rows), 2))
    for decoding in both:
        decoding.next_logits(first)
        decoding.select(rows)
    cached, recomputed = (decoding.next_logits(later) for decoding in both)
    assert_near(cached, recomputed, tolerance)

    again = torch.randint(len(rows), (2,))
    for decoding in both:
        decoding.select(again)
    cached, recomputed = (decoding.next_logits(later[again]) for decoding in both)
    assert_near(cached, recomputed, tolerance)


@torch.no_grad()
def test_each_output_hears_of_its_own_source_only(tolerance):
    model, tokens = tiny_translator(), torch.randint(1, V, (len(SOURCE), 3))
    together = CachedDecoding(model, SOURCE).next_logits(tokens)
    for i, real in enumerate([3, 7, 4]):
        alone = CachedDecoding(model, SOURCE[i : i + 1, :real]).next_logits(tokens[i : i + 1])
        assert_near(together[i : i + 1], alone, tolerance)


SEARCHES = {
    "greedy": generate,
    "sampled": lambda *args: generate(*args, choose=Sampler(seed=5)),
    "beam": partial(beam_search, beam_size=4),
    "wide beam": partial(beam_search, beam_size=20, length_penalty=2.0),
}


@both_norms
@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_every_search_finds_the_same_with_the_cache_and_without(search, norm_first, shapes_unchecked):
    starts = torch.full((len(SOURCE), 1), BOS)
    cached, recomputed = (search(decoding, starts, END) for decoding in decodings(norm_first=norm_first))
    assert cached == recomputed
    assert any(cached)


def test_an_untrained_model_stops_at_its_last_position(shapes_unchecked):
    starts = torch.full((len(SOURCE), 1), BOS)
    never = V  # an id that no token has
    for decoding in decodings():
        assert [len(output) for output in generate(decoding, starts, never)] == 3 * [MAX_LENGTH - 1]


def test_an_untrained_model_with_room_stops_soon_after_the_length_of_its_source():
    decoding = CachedDecoding(tiny_translator(max_length=97), SOURCE)
    assert decoding.max_length == 2 * SOURCE.shape[1] + 10
