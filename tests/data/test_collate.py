"""Texts and pairs become batches: every text once per epoch, made into another exercise each time, by the seed."""

import pytest
import torch

from course_lib.data import BOS, EOS, PAD, CorruptSpans, MaskTokens, predict_next, text_batches, translation_batch
from course_lib.errors import CourseError
from tests.data.test_corruption import MASK, SENTINELS, random_texts

TEXTS, BUDGET = random_texts(120), 200
EXERCISES = {
    "predict_next": predict_next,
    "MaskTokens": MaskTokens(MASK, 1000),
    "CorruptSpans": CorruptSpans(SENTINELS),
}
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


def tensors(batches, number):
    """The batches of an epoch, each a list of its tensors as lists of ids."""
    made = map(batches.batch, batches.epoch(number))
    return [[ids.tolist() for ids in vars(batch).values() if ids is not None] for batch in made]


def made_into(exercise, seed=3):
    return text_batches(TEXTS, exercise, BUDGET, seed)


@each_exercise
def test_the_same_seed_gives_the_same_batches_and_another_epoch_or_seed_other_ones(exercise):
    batches = tensors(made_into(exercise), 5)
    assert tensors(made_into(exercise), 5) == batches
    for other in (tensors(made_into(exercise), 6), tensors(made_into(exercise, seed=4), 5)):
        assert sorted(other) != sorted(batches)


@pytest.mark.parametrize("name", ["MaskTokens", "CorruptSpans"])
def test_a_text_gets_another_exercise_in_each_epoch(name):
    batches = text_batches(TEXTS[:1], EXERCISES[name], BUDGET)
    assert len({str(tensors(batches, number)) for number in range(10)}) > 1


@each_exercise
def test_batches_of_an_epoch_differ_in_their_randomness(exercise):
    items = made_into(exercise).epoch(0)
    assert len({seed for _, seed in items}) == len(items)


def test_an_epoch_has_every_text_once_within_the_budget():
    batches = made_into(predict_next)
    made = [batches.batch(item) for item in batches.epoch(0)]
    read = [[id for id in row if id != PAD] for batch in made for row in batch.labels.tolist()]
    assert sorted(read) == sorted(TEXTS)
    assert max(batch.tokens.numel() for batch in made) <= BUDGET


@each_exercise
@pytest.mark.parametrize("count", [2, 3])
def test_shards_part_a_batch_and_lose_nothing(exercise, count):
    batches = made_into(exercise)
    for item in batches.epoch(0)[:5]:
        batch = batches.batch(item)
        shards = [batch.shard(i, count) for i in range(count)]
        assert sum(shard.num_labels for shard in shards) == batch.num_labels
        assert sum(shard.num_tokens for shard in shards) == batch.num_tokens
        for name, ids in ((name, ids) for name, ids in vars(batch).items() if ids is not None):
            rows = torch.cat([getattr(shard, name) for shard in shards]).tolist()
            assert sorted(rows) == sorted(ids.tolist())


@pytest.mark.parametrize(("texts", "budget"), [([], 9), (TEXTS, 7)])
def test_no_texts_or_a_budget_below_the_longest_text_is_refused(texts, budget):
    with pytest.raises(CourseError, match=f"more than {budget} tokens; got {len(texts)} items"):
        text_batches(texts, predict_next, budget)


def test_the_target_is_the_labels_shifted_by_one_behind_a_bos():
    batch = translation_batch([([7, 8, 9, EOS], [5, 6, EOS]), ([3, EOS], [4, EOS]), ([8, EOS], [5, 5, 5, 5, EOS])])
    assert batch.source.tolist() == [[7, 8, 9, EOS], [3, EOS, PAD, PAD], [8, EOS, PAD, PAD]]
    assert batch.labels.tolist() == [[5, 6, EOS, PAD, PAD], [4, EOS, PAD, PAD, PAD], [5, 5, 5, 5, EOS]]
    assert batch.target.tolist() == [[BOS, 5, 6, PAD, PAD], [BOS, 4, PAD, PAD, PAD], [BOS, 5, 5, 5, 5]]
