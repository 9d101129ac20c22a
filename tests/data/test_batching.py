"""Batches: every pair once per epoch, within the budget, hardly any padding, the same for the same seed."""

from collections import Counter

import pytest
import torch

from course_lib.data import BOS, EOS, PAD, TranslationBatches, collate
from course_lib.errors import CourseError
from tests.toys import reversal_pairs

BUDGET = 97
PAIRS = reversal_pairs(211)
SMALL = [([7, 8, 9, EOS], [5, 6, EOS]), ([3, EOS], [4, EOS]), ([8, EOS], [5, 5, 5, 5, EOS])]


def test_an_epoch_has_every_pair_exactly_once():
    batches = TranslationBatches(PAIRS, BUDGET)
    for number in range(3):
        counts = Counter(i for batch in batches.epoch(number) for i in batch)
        assert counts == Counter(range(len(PAIRS)))


def test_a_batch_keeps_the_budget_padding_included_and_no_two_would_have_fitted_into_one():
    batches = TranslationBatches(PAIRS, BUDGET)
    sizes = [batch.source.numel() + batch.target.numel() for batch in map(batches.batch, batches.epoch(0))]
    assert max(sizes) <= BUDGET
    assert sum(sizes) > 0.75 * BUDGET * len(sizes)


def test_hardly_any_of_it_is_padding():
    batches = TranslationBatches(PAIRS, BUDGET)
    sizes = useful = 0
    for batch in map(batches.batch, batches.epoch(0)):
        sizes += batch.source.numel() + batch.labels.numel()
        useful += batch.num_tokens
    assert useful == sum(len(source) + len(target) for source, target in PAIRS)
    assert useful / sizes > 0.97


def test_the_same_seed_gives_the_same_order_and_another_epoch_or_seed_another_one():
    epoch = TranslationBatches(PAIRS, BUDGET, seed=3).epoch(5)
    assert TranslationBatches(PAIRS, BUDGET, seed=3).epoch(5) == epoch
    others = [TranslationBatches(PAIRS, BUDGET, seed=3).epoch(6), TranslationBatches(PAIRS, BUDGET, seed=4).epoch(5)]
    for other in others:
        assert sorted(map(sorted, other)) != sorted(map(sorted, epoch))  # also who is with whom


def test_long_and_short_batches_come_in_no_order():
    batches = TranslationBatches(PAIRS, BUDGET)
    lengths = [batches.batch(indices).labels.shape[1] for indices in batches.epoch(0)]
    assert lengths not in (sorted(lengths), sorted(lengths, reverse=True))


def test_the_target_is_the_labels_shifted_by_one_behind_a_bos():
    batch = collate(SMALL)
    assert batch.source.tolist() == [[7, 8, 9, EOS], [3, EOS, PAD, PAD], [8, EOS, PAD, PAD]]
    assert batch.labels.tolist() == [[5, 6, EOS, PAD, PAD], [4, EOS, PAD, PAD, PAD], [5, 5, 5, 5, EOS]]
    assert batch.target.tolist() == [[BOS, 5, 6, PAD, PAD], [BOS, 4, PAD, PAD, PAD], [BOS, 5, 5, 5, 5]]


def test_real_tokens_are_counted_and_padding_is_not():
    batch = collate(SMALL)
    assert batch.is_label.sum(dim=1).tolist() == [3, 2, 5]
    assert (batch.num_labels, batch.num_tokens) == (10, 18)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_shards_part_a_batch_and_lose_nothing(count):
    batch = collate(SMALL)
    shards = [batch.shard(i, count) for i in range(count)]
    assert sum(shard.num_labels for shard in shards) == batch.num_labels
    assert sum(shard.num_tokens for shard in shards) == batch.num_tokens
    for name in ("source", "target", "labels"):
        rows = torch.cat([getattr(shard, name) for shard in shards]).tolist()
        assert sorted(rows) == sorted(getattr(batch, name).tolist())
    sizes = [len(shard.labels) for shard in shards]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("pairs", "budget"), [([], BUDGET), (SMALL, 6), (SMALL, 0)])
def test_no_pairs_or_a_budget_below_the_longest_pair_is_refused(pairs, budget):
    with pytest.raises(CourseError, match=f"{budget} tokens per batch.* there are {len(pairs)}"):
        TranslationBatches(pairs, budget)
    assert TranslationBatches(SMALL, 7).epoch(0)
