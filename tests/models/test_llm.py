"""The modern decoder: however a text is cut, padded, packed or windowed, each token sees what it should."""

from itertools import pairwise, product

import pytest
import torch

from course_lib.data import pad_left
from course_lib.errors import CourseError
from course_lib.models import Llm, LlmConfig
from course_lib.nn import KVCache, decoder_cache, record_attention
from course_lib.nn.kv_cache import cache_for
from tests.models.tiny import LLM_SIZES, tiny_llm
from tests.nn.test_kv_cache import FEWER_CUTS, LENGTH
from tests.parity import D_FF, B, T, V, assert_near
from tests.toys import MAX_LENGTH

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])
WINDOWS = [(None, None, None), (1, 1, 1), (3, 3, 3), (3, None, 3), (LENGTH + 5, 2, None)]


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("cache_for", [cache_for, lambda window_size: KVCache()], ids=["ring", "plain"])
@pytest.mark.parametrize(("kv_heads", "windows"), list(product([1, 2, 6], WINDOWS)))
@torch.no_grad()
def test_every_cut_gives_the_logits_of_the_whole(kv_heads, windows, cache_for, float64, monkeypatch):
    """Rows of unequal length, padded on the left, against each row alone and uncut; one may exceed its window at once.

    Layers with a window keep a ring of keys and values; keeping all of them gives the same.
    """
    monkeypatch.setattr(decoder_cache, "cache_for", cache_for)
    model = tiny_llm(num_kv_heads=kv_heads, window_sizes=windows)
    rows = [torch.randint(1, V, (length,)).tolist() for length in (LENGTH, LENGTH - 3, 2)]
    expected = [model(torch.tensor([row]))[0] for row in rows]
    tokens, positions = pad_left(rows)
    for cuts in FEWER_CUTS:
        cache = model.new_cache()
        chunks = [model(tokens[:, a:b], positions[:, a:b], cache=cache) for a, b in pairwise(cuts)]
        for row, logits, alone in zip(rows, torch.cat(chunks, dim=1), expected, strict=True):
            assert_near(logits[-len(row) :], alone, 1e-10)


@pytest.mark.parametrize("cache_for", [cache_for, lambda window_size: KVCache()], ids=["ring", "plain"])
@pytest.mark.parametrize("windows", WINDOWS)
@torch.no_grad()
def test_texts_without_padding_need_no_positions(windows, cache_for, float64, monkeypatch):
    """One token at a time is then read without a mask, unless its layer holds more than its window."""
    monkeypatch.setattr(decoder_cache, "cache_for", cache_for)
    model, tokens = tiny_llm(window_sizes=windows), torch.randint(1, V, (B, LENGTH))
    expected = model(tokens)
    for cuts in FEWER_CUTS:
        cache = model.new_cache()
        chunks = [model(tokens[:, a:b], cache=cache) for a, b in pairwise(cuts)]
        assert_near(torch.cat(chunks, dim=1), expected, 1e-10)


@torch.no_grad()
def test_rows_go_on_from_where_each_stands(float64):
    model = tiny_llm()
    rows, more = [[3, 5, 7, 2], [4, 6]], torch.tensor([[8, 9, 10], [11, 12, 13]])
    cache = model.new_cache()
    tokens, positions = pad_left(rows)
    model(tokens, positions, cache=cache)
    logits = model(more, cache=cache)
    for i, row in enumerate(rows):
        assert_near(logits[i], model(torch.tensor([row + more[i].tolist()]))[0, len(row) :], 1e-10)


@torch.no_grad()
def test_rows_of_a_cache_may_be_dropped_and_repeated(float64):
    model, rows = tiny_llm(), torch.tensor([1, 1, 0])
    cache = model.new_cache()
    model(TOKENS[:, :3], cache=cache)
    cache.select(rows)
    assert_near(model(TOKENS[rows, 3:], cache=cache), model(TOKENS)[rows, 3:], 1e-10)


def test_texts_packed_into_one_row_have_the_logits_of_each_alone(tolerance):
    model = tiny_llm(window_sizes=(3, None, 2))
    texts = [[1, 9, 8, 3], [1, 4], [1, 16, 5, 7, 2]]
    tokens = torch.tensor([sum(texts, []) + [0, 0]])
    positions = torch.tensor([[i for text in texts for i in range(len(text))] + [-1, -1]])
    segments = torch.tensor([[n for n, text in enumerate(texts, 1) for _ in text] + [0, 0]])
    logits = model(tokens, positions, segments)[0]
    alone = torch.cat([model(torch.tensor([text]))[0] for text in texts])
    assert_near(logits[: len(alone)], alone, tolerance)


@pytest.mark.parametrize(
    ("windows", "reach"), [((3, 3, 3), 6), ((1, 1, 1), 0), ((5, 2, 3), 7), ((2, 5, 1), 5), ((3, None, 3), 17)]
)
def test_a_change_reaches_as_far_as_the_windows_of_all_layers_together(windows, reach):
    model, tokens = tiny_llm(window_sizes=windows), torch.randint(1, V, (1, 13))
    changed = tokens.clone()
    changed[0, 2] = (tokens[0, 2] + 1) % V
    moved = (model.hidden(tokens) != model.hidden(changed)).any(-1)[0]
    assert moved.tolist() == [2 <= t <= 2 + reach for t in range(13)]


def test_only_differences_of_positions_count(float64):
    model = tiny_llm()
    positions = torch.arange(T).expand(B, T)
    assert_near(model(TOKENS, positions + 1234), model(TOKENS, positions), 1e-10)
    assert not torch.isclose(model(TOKENS, positions * 2), model(TOKENS, positions))[:, 1:].all()


def test_the_recorded_weights_are_those_of_the_masks():
    model = tiny_llm(window_sizes=(2, None, 2))
    with record_attention(model) as maps:
        recorded = model(TOKENS)
    assert_near(recorded, model(TOKENS), 1e-5)
    weights = maps.weights("decoder")
    assert weights.shape == (3, B, 6, T, T)
    assert torch.equal(maps.columns("decoder"), TOKENS)
    seen = torch.ones(T, T, dtype=torch.bool).tril()
    assert (weights[0, :, :, ~(seen & seen.T.tril(1).T.triu(-1))] == 0).all()
    assert (weights[1, :, :, seen] > 0).all()
    assert_near(weights.sum(-1), torch.ones(3, B, 6, T), 1e-6)


def test_one_table_serves_both_ends_and_nothing_else_is_counted_twice():
    model = tiny_llm()
    d, e, h, k = (LLM_SIZES[name] for name in ("d_model", "d_head", "num_heads", "num_kv_heads"))
    layer = 2 * d * h * e + 2 * d * k * e + 3 * d * D_FF + 2 * d
    assert model.output.weight is model.embedding.table.weight
    assert model.num_parameters() == V * d + 3 * layer + d


def test_windows_must_be_as_many_as_layers():
    with pytest.raises(CourseError, match="window_sizes must have 3 entries, one per layer, got 2"):
        Llm(LlmConfig(**LLM_SIZES, window_sizes=(3, None)))


def test_a_cache_takes_no_other_number_of_rows():
    model = tiny_llm(max_length=MAX_LENGTH)
    cache = model.new_cache()
    model(TOKENS, cache=cache)
    with pytest.raises(CourseError, match="as many rows as the cache, 2, got 1"):
        model(TOKENS[:1], cache=cache)
