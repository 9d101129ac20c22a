"""Pairs as batches: both sides in one tensor, and only the answers to be scored."""

from collections import Counter

import pytest
import torch

from course_lib.data import PAD, PreferenceBatches
from course_lib.errors import CourseError

PROMPT = [1, 3, 9, 2, 5]


def dialogue(answer, prompt=PROMPT):
    return [*prompt, *answer], [False] * len(prompt) + [True] * len(answer)


def many_pairs(count=31):
    return [(dialogue([7] * (i % 5 + 1)), dialogue([8] * (i % 7 + 1), PROMPT * (i % 3 + 1))) for i in range(count)]


def test_the_chosen_dialogue_comes_first_and_labels_are_the_next_tokens_of_the_answers():
    batch = PreferenceBatches([(dialogue([7, 8, 2]), dialogue([4, 2]))], 100).batch([0])
    assert batch.tokens.tolist() == [[[1, 3, 9, 2, 5, 7, 8, 2], [1, 3, 9, 2, 5, 4, 2, PAD]]]
    assert batch.labels.tolist() == [[[PAD] * 4 + [7, 8, 2, PAD], [PAD] * 4 + [4, 2, PAD, PAD]]]
    assert batch.last.tolist() == [[7, 6]]
    assert (batch.num_labels, batch.num_tokens) == (1, 15)


def test_an_earlier_answer_of_the_conversation_is_scored_too():
    ids, is_completion = [1, 3, 9, 2, 5, 7, 2, 3, 9, 2, 5, 8, 2], [False] * 5 + [True] * 2 + [False] * 4 + [True] * 2
    batch = PreferenceBatches([((ids, is_completion), dialogue([4, 2]))], 100).batch([0])
    assert batch.labels[0, 0].tolist() == [PAD] * 4 + [7, 2] + [PAD] * 4 + [8, 2, PAD]


def test_every_pair_comes_once_per_epoch_in_batches_that_keep_the_budget():
    batches = PreferenceBatches(many_pairs(), tokens_per_batch=150)
    assert Counter(i for indices in batches.epoch(3) for i in indices) == Counter(range(31))
    assert max(batches.batch(indices).tokens.numel() for indices in batches.epoch(3)) <= 150
    assert batches.epoch(3) == PreferenceBatches(many_pairs(), 150).epoch(3) != batches.epoch(4)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_part_a_batch_and_keep_pairs_together(count):
    batch = PreferenceBatches(many_pairs(), 10_000).batch([0, 5, 11, 17, 30])
    shards = [batch.shard(i, count) for i in range(count)]
    assert sum(shard.num_labels for shard in shards) == 5
    rows = torch.cat([shard.tokens for shard in shards])
    assert sorted(rows.tolist()) == sorted(batch.tokens.tolist())


def test_the_reference_is_asked_once_about_each_pair_and_its_answers_come_with_the_batches():
    asked = []

    def lengths(batch):
        asked.append(len(batch.tokens))
        return -batch.is_label.sum(dim=-1).float()

    pairs = many_pairs()
    batches = PreferenceBatches(pairs, tokens_per_batch=150).with_reference(lengths)
    assert sum(asked) == len(pairs)
    assert batches.batch([3, 12]).reference_log_p.tolist() == [[-4.0, -4.0], [-3.0, -6.0]]


def test_without_a_reference_its_log_probabilities_are_not_numbers():
    assert PreferenceBatches(many_pairs(), 150).batch([0, 1]).reference_log_p.isnan().all()


def test_a_pair_with_equal_sides_is_refused_by_its_row():
    pairs = [*many_pairs(4), (dialogue([7, 2]), dialogue([7, 2]))]
    with pytest.raises(CourseError, match="pair 4: chosen and rejected are the same dialogue"):
        PreferenceBatches(pairs, 100)


@pytest.mark.parametrize(("pairs", "budget"), [([], 100), (many_pairs(3), 35)])
def test_no_pairs_or_a_budget_below_the_longest_pair_is_refused(pairs, budget):
    with pytest.raises(CourseError, match=f"{budget} tokens per batch .* there are {len(pairs)}"):
        PreferenceBatches(pairs, budget)
