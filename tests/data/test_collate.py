"""Texts and pairs become batches: every text once per epoch, made into another exercise each time, by the seed."""

import pytest

from course_lib.data import BOS, EOS, PAD, CorruptSpans, MaskTokens, predict_next, text_batches, translation_batch
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


@pytest.mark.parametrize("name", ["MaskTokens", "CorruptSpans"])
def test_a_text_gets_another_exercise_in_each_epoch(name):
    batches = text_batches(TEXTS[:1], EXERCISES[name], BUDGET)
    assert len({str(tensors(batches, number)) for number in range(10)}) > 1


@each_exercise
def test_batches_of_an_epoch_differ_in_their_randomness(exercise):
    items = made_into(exercise).epoch(0)
    assert len({seed for _, seed in items}) == len(items)


def test_the_target_is_the_labels_shifted_by_one_behind_a_bos():
    batch = translation_batch([([7, 8, 9, EOS], [5, 6, EOS]), ([3, EOS], [4, EOS]), ([8, EOS], [5, 5, 5, 5, EOS])])
    assert batch.source.tolist() == [[7, 8, 9, EOS], [3, EOS, PAD, PAD], [8, EOS, PAD, PAD]]
    assert batch.labels.tolist() == [[5, 6, EOS, PAD, PAD], [4, EOS, PAD, PAD, PAD], [5, 5, 5, 5, EOS]]
    assert batch.target.tolist() == [[BOS, 5, 6, PAD, PAD], [BOS, 4, PAD, PAD, PAD], [BOS, 5, 5, 5, 5]]
