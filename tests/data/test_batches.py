"""Batches of all kinds: every item once per epoch, within the budget, the same for the same seed, cut for workers."""

from collections import Counter

import pytest
import torch

from course_lib.data import (
    BOS,
    EOS,
    Batches,
    CorruptSpans,
    Example,
    ImageProcessor,
    MaskTokens,
    Preference,
    caption_batches,
    dialogue_batches,
    packed_batches,
    picture_batches,
    predict_next,
    preference_batches,
    text_batches,
    translation_batches,
    with_reference,
)
from course_lib.data.batches import bucket, shuffle
from course_lib.errors import CourseError
from tests.toys import reversal_pairs

BUDGET = 97
PAIRS = reversal_pairs(211)
SMALL = [([7, 8, 9, EOS], [5, 6, EOS]), ([3, EOS], [4, EOS]), ([8, EOS], [5, 5, 5, 5, EOS])]


def test_a_batch_keeps_the_budget_padding_included_and_no_two_would_have_fitted_into_one():
    batches = translation_batches(PAIRS, BUDGET)
    sizes = [batch.source.numel() + batch.target.numel() for batch in map(batches.batch, batches.epoch(0))]
    assert max(sizes) <= BUDGET
    assert sum(sizes) > 0.75 * BUDGET * len(sizes)


def test_hardly_any_of_it_is_padding():
    batches = translation_batches(PAIRS, BUDGET)
    sizes = useful = 0
    for batch in map(batches.batch, batches.epoch(0)):
        sizes += batch.source.numel() + batch.labels.numel()
        useful += batch.num_tokens
    assert useful == sum(len(source) + len(target) for source, target in PAIRS)
    assert useful / sizes > 0.97


def test_long_and_short_batches_come_in_no_order():
    batches = translation_batches(PAIRS, BUDGET)
    lengths = [batches.batch(drawn).labels.shape[1] for drawn in batches.epoch(0)]
    assert lengths not in (sorted(lengths), sorted(lengths, reverse=True))


@pytest.mark.parametrize(("pairs", "budget"), [([], BUDGET), (SMALL, 6), (SMALL, 0)])
def test_no_pairs_or_a_budget_below_the_longest_pair_is_refused(pairs, budget):
    with pytest.raises(CourseError, match=f"more than {budget} tokens; got {len(pairs)} items"):
        translation_batches(pairs, budget)
    assert translation_batches(SMALL, 7).epoch(0)


def random(seed):
    return torch.Generator().manual_seed(seed)


def test_orders_are_the_same_on_every_machine():
    assert shuffle(7, 3, random(5)) == [[1, 0, 4], [2, 6, 5], [3]]
    assert bucket([(3, 2), (5, 1), (2, 2), (7, 3), (4, 4), (2, 1)], 11, random(5)) == [[5, 2], [0], [3], [1], [4]]


def test_a_batch_may_fill_its_budget_to_the_last_token():
    assert bucket([(4, 3)], 7, random(0)) == [[0]]
    assert [len(indices) for indices in bucket([(2, 3)] * 4, 10, random(0))] == [2, 2]


def test_what_is_drawn_for_a_batch_depends_on_its_seed_alone():
    batches = Batches(range(5), lambda items, random: torch.rand(3, generator=random), lambda random: [[0, 1], [2]])
    first, second = batches.epoch(0)
    assert torch.equal(batches.batch(first), batches.batch(first))
    assert not torch.equal(batches.batch(first), batches.batch(second))
    assert not torch.equal(batches.batch(first), batches.batch(batches.epoch(1)[0]))


def test_rows_for_all_items_come_in_the_order_of_the_items():
    batches = translation_batches(PAIRS, BUDGET)
    lengths = batches.of_each(lambda batch: torch.stack([batch.is_label.sum(1), batch.source[:, 0]], dim=1))
    assert lengths.tolist() == [[len(target), source[0]] for source, target in PAIRS]


def test_rows_for_all_items_keep_nothing_for_gradients():
    weight = torch.ones(1, requires_grad=True)
    rows = translation_batches(PAIRS, BUDGET).of_each(lambda batch: batch.is_label.sum(1) * weight)
    assert not rows.requires_grad


COUNT = 31
TEXTS = [source for source, _ in PAIRS]
EXAMPLES = [Example([BOS, *[5 + i] * (1 + i % 7), EOS], [False, *[True] * (2 + i % 7)]) for i in range(COUNT)]
PREFERENCES = [Preference(one, other) for one, other in zip(EXAMPLES, EXAMPLES[1:] + EXAMPLES[:1], strict=True)]
PICTURES = [torch.full((5, 7, 3), i, dtype=torch.uint8).numpy() for i in range(COUNT)]
CAPTIONS = [[[5 + i] * (1 + i % 3) + [EOS]] for i in range(COUNT)]
PROCESSOR = ImageProcessor(size=(5, 7))
WITH_BUDGET = {
    "translations": lambda seed=0: translation_batches(PAIRS, BUDGET, seed),
    "texts": lambda seed=0: text_batches(TEXTS, predict_next, BUDGET, seed),
    "masked texts": lambda seed=0: text_batches(TEXTS, MaskTokens(16, 17), BUDGET, seed),
    "corrupted texts": lambda seed=0: text_batches(TEXTS, CorruptSpans(list(range(100, 200))), BUDGET, seed),
    "dialogues": lambda seed=0: dialogue_batches(EXAMPLES, BUDGET, seed),
    "packed dialogues": lambda seed=0: packed_batches(EXAMPLES, 19, BUDGET, seed),
    "preferences": lambda seed=0: preference_batches(PREFERENCES, BUDGET, seed),
    "preferences with a reference": lambda seed=0: with_reference(
        preference_batches(PREFERENCES, BUDGET, seed), lambda batch: torch.zeros(len(batch.tokens), 2)
    ),
}
MAKERS = WITH_BUDGET | {
    "pictures": lambda seed=0: picture_batches(PICTURES, range(COUNT), PROCESSOR, 4, seed),
    "captions": lambda seed=0: caption_batches(PICTURES, CAPTIONS, PROCESSOR, 4, seed),
}
each_maker = pytest.mark.parametrize("name", MAKERS)


@each_maker
def test_an_epoch_has_every_item_exactly_once(name):
    batches = MAKERS[name]()
    for number in range(3):
        counts = Counter(i for indices, _ in batches.epoch(number) for i in indices)
        assert counts == Counter(range(len(batches.items)))


@each_maker
def test_the_same_seed_gives_the_same_order_and_another_epoch_or_seed_another_one(name):
    make = MAKERS[name]
    epoch = make(3).epoch(5)
    assert (make(3).seed, make(3).epoch(5)) == (3, epoch)
    for other in (make(3).epoch(6), make(4).epoch(5)):  # also who is with whom
        assert sorted(sorted(indices) for indices, _ in other) != sorted(sorted(indices) for indices, _ in epoch)


@pytest.mark.parametrize("name", WITH_BUDGET)
def test_a_batch_keeps_the_budget_padding_included(name):
    batches = MAKERS[name]()
    for batch in map(batches.batch, batches.epoch(0)):
        read = batch.tokens.numel() if hasattr(batch, "tokens") else batch.source.numel()
        assert read <= BUDGET


@each_maker
@pytest.mark.parametrize("count", [1, 2, 3])
def test_shards_part_a_batch_and_lose_nothing(name, count):
    batches = MAKERS[name]()
    for drawn in batches.epoch(0)[:5]:
        batch = batches.batch(drawn)
        shards = [batch.shard(i, count) for i in range(count)]
        assert sum(shard.num_labels for shard in shards) == batch.num_labels
        assert sum(shard.num_tokens for shard in shards) == batch.num_tokens
        for part, rows in vars(batch).items():
            if rows is not None:
                parts = [getattr(shard, part) for shard in shards]
                assert sorted(torch.cat(parts).tolist()) == sorted(rows.tolist())
                assert max(map(len, parts)) - min(map(len, parts)) <= 1
