"""The view: who may attend to whom, said once; and no mask only where a single new token sees all that there is."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import DecoderCache, View
from tests.parity import B, H

READ = 5  # tokens that are in the cache
WINDOWS = (None, 3, 11)


def cache_of(positions=None, tokens=None):
    """A cache that has taken in tokens at these positions."""
    cache = DecoderCache(WINDOWS)
    cache.extend(torch.empty(B, READ) if tokens is None else tokens, positions)
    return cache


def one_more(cache, **more):
    return View(torch.empty(B, 1), cache=cache, **more)


def rising(start, count):
    return torch.arange(start, start + count).expand(B, -1)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("positions", [None, rising(0, READ)], ids=["default", "the same, given"])
def test_a_single_new_token_of_a_plain_text_needs_no_mask(window, positions):
    assert one_more(cache_of(positions)).mask(window) is None
    assert one_more(cache_of(positions), positions=rising(READ, 1)).mask(window) is None


PADDED = torch.tensor([[-1, -1, 0, 1, 2], [0, 1, 2, 3, 4]])
NOT_PLAIN = {
    "padding on the left": {"positions": PADDED},
    "padding on the right": {"positions": PADDED.flip(1)},
    "a gap": {"positions": rising(0, READ) * 2},
    "a start behind 0": {"positions": rising(3, READ)},
}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("read", NOT_PLAIN.values(), ids=NOT_PLAIN.keys())
def test_behind_padding_or_a_gap_there_is_a_mask_for_ever(read, window):
    cache = cache_of(**read)
    for _ in range(13):
        assert one_more(cache).mask(window) is not None


def test_a_single_token_of_padding_needs_a_mask():
    positions = torch.tensor([[READ], [-1]])
    mask = one_more(cache_of(), positions=positions).mask()
    assert mask[0].all()
    assert not mask[1].any()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_bias_is_never_lost_and_is_asked_about_the_positions_in_the_text(window):
    cache, asked = cache_of(), []

    def bias(q_positions, k_positions):
        asked.append((q_positions, k_positions))
        return torch.full((H, q_positions.shape[-1], k_positions.shape[-1]), 7.0)

    mask = one_more(cache, bias=bias).mask(window)
    assert mask.shape[-3:-1] == (H, 1)
    assert (mask == 7.0).all()
    [(q_positions, k_positions)] = asked
    assert (q_positions == READ).all()
    assert sorted(k_positions[0].tolist()) == list(range(READ + 1))[-(window or READ + 1) :]


def test_the_mask_of_a_window_is_made_once():
    view = View(torch.empty(B, READ), positions=PADDED)
    assert all(view.mask(window) is view.mask(window) for window in WINDOWS)
    assert not torch.equal(view.mask(3), view.mask(None))


def test_real_tokens_see_real_tokens_before_them_within_the_window_and_the_text():
    segments = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 2, 2]])
    mask = View(torch.empty(B, READ), PADDED, segments).mask(2)[:, 0]
    for b in range(B):
        for t in range(READ):
            for s in range(READ):
                q, k = int(PADDED[b, t]), int(PADDED[b, s])
                expected = 0 <= k <= q < k + 2 and segments[b, t] == segments[b, s]
                assert bool(mask[b, t, s]) == bool(expected)


def test_a_bias_lets_no_token_see_more_than_it_would_without():
    segments = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 2, 2]])
    bias = torch.full((H, READ, READ), 7.0)
    for of_texts in (segments, None):
        may = View(torch.empty(B, READ), PADDED, of_texts).mask(2)
        mask = View(torch.empty(B, READ), PADDED, of_texts, bias=lambda q_positions, k_positions: bias).mask(2)
        assert torch.equal(mask, bias.masked_fill(~may, -torch.inf))


def test_several_texts_in_a_row_and_a_cache_are_refused_together():
    with pytest.raises(CourseError, match="can't be used with a cache"):
        View(torch.empty(B, READ), rising(0, READ), torch.ones(B, READ, dtype=torch.long), DecoderCache(WINDOWS))


def test_an_empty_cache_has_no_bytes_and_may_be_asked_for_rows():
    cache = DecoderCache(WINDOWS)
    cache.select(torch.tensor([0, 0]))
    assert len(cache) == 0
    assert sum(layer.nbytes for layer in cache.layers) == 0
