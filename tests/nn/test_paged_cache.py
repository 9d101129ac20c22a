"""A cache in pages: each text reads as if it were alone, whoever shares its pages; and pages come back."""

import random
import tracemalloc

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import AttentionMixer, Experts, LatentMixer, NoPEMixer, SharedKVMixer
from course_lib.nn import PagedCache, PagePool
from course_lib.workshop.fast import fuse
from tests.models.tiny import tiny_gpt, tiny_llm
from tests.parity import V, assert_near

MIXERS = LatentMixer(d_latent=7, d_content=5), AttentionMixer(), SharedKVMixer(layer=1), NoPEMixer()
MODELS = {
    "plain": lambda: tiny_llm(),
    "windows": lambda: tiny_llm(window_sizes=(3, None, 5)),
    "mixers": lambda: tiny_llm(num_layers=4, mixers=MIXERS, experts=Experts(num_experts=5, num_active=2)),
    "gpt": lambda: tiny_gpt(max_length=64),
    "fused": lambda: fuse(tiny_llm(window_sizes=(3, None, 5))),
}


@pytest.fixture
def float64(shapes_unchecked):
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def read(model, pool, tables, pieces):
    """The logits of a piece more of each text, of any lengths, padded behind."""
    width = max(map(len, pieces))
    tokens = torch.tensor([[*piece, *[0] * (width - len(piece))] for piece in pieces])
    starts = [table.length for table in tables]
    positions = [
        [*range(start, start + len(piece)), *[-1] * (width - len(piece))]
        for start, piece in zip(starts, pieces, strict=True)
    ]
    with torch.no_grad():
        cache = PagedCache(pool, tables, model.config.num_layers)
        logits = model(tokens, torch.tensor(positions), cache=cache)
    return [row[: len(piece)] for row, piece in zip(logits, pieces, strict=True)]


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4))])
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_texts_in_pieces_of_any_length_in_any_company_read_as_each_alone(make, seed, float64):
    model, rng = make(), random.Random(seed)
    pool = PagePool(num_pages=23, page_size=rng.choice([1, 2, 3, 7]))
    texts = [[rng.randrange(V) for _ in range(rng.randint(3, 13))] for _ in range(5)]
    texts.append(texts[0][:9] + [3])  # begins like another
    waiting, running, known = list(texts), {}, {}
    while waiting or running:
        if waiting and (table := pool.open(waiting[0], len(waiting[0]))):
            running[len(known)] = [waiting.pop(0), table, table.length]
            known[len(known)] = None
        company = rng.sample(sorted(running), rng.randint(1, len(running)))
        pieces = []
        for name in company:
            text, table, start = running[name]
            pieces.append(text[table.length : table.length + rng.randint(1, 4)])
        logits = read(model, pool, [running[name][1] for name in company], pieces)
        for name, row in zip(company, logits, strict=True):
            text, table, _ = running[name]
            with torch.no_grad():
                whole = model(torch.tensor([text]))[0]
            assert_near(row, whole[table.length - len(row) : table.length], 1e-10)
            pool.remember(table, text)
            if table.length == len(text):
                pool.close(running.pop(name)[1])
    assert len(pool.free) == pool.num_pages
    assert not any(pool.users)


def test_a_text_that_begins_like_another_shares_its_full_pages_and_the_others_are_its_own():
    pool = PagePool(num_pages=11, page_size=3)
    first = pool.open(range(10), 12)
    first.length = 10
    pool.remember(first, range(10))
    second = pool.open([*range(7), 99], 11)
    assert second.pages[:2] == first.pages[:2]
    assert second.length == 6
    assert not set(second.pages[2:]) & set(first.pages)
    assert [pool.users[page] for page in first.pages] == [2, 2, 1, 1]


def test_the_last_token_of_a_prompt_is_left_to_be_read():
    pool = PagePool(num_pages=11, page_size=3)
    table = pool.open(range(6), 6)
    table.length = 6
    pool.remember(table, range(6))
    assert pool.open(range(6), 7).length == 3


def test_what_nobody_uses_is_found_again_until_its_page_is_needed():
    pool = PagePool(num_pages=4, page_size=2)
    table = pool.open([1, 2, 3, 4], 4)
    table.length, pages = 4, list(table.pages)
    pool.remember(table, [1, 2, 3, 4])
    pool.close(table)
    again = pool.open([1, 2, 3, 4, 5], 5)
    assert again.pages[:2] == pages
    pool.close(again)
    pool.close(pool.open([9] * 8, 8))
    assert pool.shared([1, 2, 3, 4, 5]) == []


def bytes_to_remember(length):
    pool, ids = PagePool(num_pages=length // 2, page_size=2), list(range(length))
    table = pool.open(ids, length)
    table.length = length
    tracemalloc.start()
    try:
        pool.remember(table, ids)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_a_pool_notes_of_a_text_grows_with_its_length_and_not_with_the_square():
    assert bytes_to_remember(8000) < 3 * bytes_to_remember(4000)


def test_pages_with_the_same_ids_are_others_where_what_stands_before_them_differs():
    pool = PagePool(num_pages=8, page_size=2)
    first = pool.open([1, 2, 3, 4], 4)
    first.length = 4
    pool.remember(first, [1, 2, 3, 4])
    assert pool.shared([1, 2, 3, 4, 5]) == first.pages
    assert pool.shared([3, 4, 3, 4, 5]) == []
    assert pool.shared([1, 2, 1, 2, 5]) == first.pages[:1]


def test_a_table_is_refused_while_pages_are_too_few_and_takes_none():
    pool = PagePool(num_pages=4, page_size=2)
    table = pool.open([1], 5)
    assert pool.open([2], 3) is None
    assert len(pool.free) == 1
    pool.close(table)
    assert pool.open([2], 3) is not None


@torch.no_grad()
def test_a_text_that_goes_back_and_on_otherwise_reads_as_the_other_text(float64):
    model, pool = tiny_llm(window_sizes=(3, None, 5)), PagePool(num_pages=7, page_size=3)
    table = pool.open([], 17)
    read(model, pool, [table], [[1, 2, 3, 4, 5, 6, 7]])
    table.length = 4
    [logits] = read(model, pool, [table], [[9, 8]])
    assert_near(logits, model(torch.tensor([[1, 2, 3, 4, 9, 8]]))[0, 4:], 1e-10)


def test_other_rows_and_more_positions_than_pages_are_refused():
    pool = PagePool(num_pages=4, page_size=2)
    cache = PagedCache(pool, [pool.open([], 3)], 2)
    with pytest.raises(CourseError, match="must have one row per page table, 1, got 2"):
        cache.extend(torch.zeros(2, 1))
    with pytest.raises(CourseError, match="pages, which hold 4 positions, got 5"):
        cache.extend(torch.zeros(1, 5))
