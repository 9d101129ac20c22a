"""Pairs of answers about pictures: both sides see the same, and the reference's opinion travels with them."""

import pytest
import torch

from course_lib.data import VisualExample, VisualPreferenceBatches
from course_lib.errors import CourseError
from course_lib.objectives import DirectPreference, pair_log_probabilities
from tests.models.tiny import PATCHES, tiny_vlm
from tests.parity import D, assert_near

IMAGE = 17


def example(pictures, answer):
    prompt = [1, *[IMAGE] * PATCHES * len(pictures), 5, 6]
    return VisualExample([*prompt, *answer, 2], [False] * len(prompt) + [True] * (len(answer) + 1), pictures)


def pairs():
    answers = [([0], [7], [8, 9]), ([1, 2], [9, 9, 9], [7]), ([1], [8], [7])]
    return [(example(pictures, good), example(pictures, bad)) for pictures, good, bad in answers]


def batches(**settings):
    torch.manual_seed(3)
    return VisualPreferenceBatches(pairs(), torch.randn(3, PATCHES, D), tokens_per_batch=300, **settings)


def test_both_sides_of_a_pair_see_the_same_pictures():
    made = batches()
    batch = made.batch([1, 0])
    assert torch.equal(batch.inputs["features"], made.features[[1, 2, 1, 2, 0, 0]])
    assert batch.inputs["tokens"].shape[0] == 4


def test_log_probabilities_are_those_of_each_answer_alone():
    model, made = tiny_vlm(), batches()
    together = pair_log_probabilities(model, made.batch([0, 1, 2]))
    for row, pair in enumerate(pairs()):
        for side, (ids, is_completion, pictures) in enumerate(pair):
            log_p = model(torch.tensor([ids[:-1]]), made.features[pictures])[0].log_softmax(-1)
            said = [log_p[t, ids[t + 1]] for t in range(len(ids) - 1) if is_completion[t + 1]]
            assert_near(together[row, side], torch.stack(said).sum(), 1e-4)


def test_the_reference_is_asked_once_and_kept_by_pair():
    model, made = tiny_vlm(), batches()
    informed = made.with_reference(lambda batch: pair_log_probabilities(model, batch))
    batch = informed.batch([2, 0])
    assert_near(batch.reference_log_p, pair_log_probabilities(model, batch), 1e-4)
    assert made.batch([0]).reference_log_p.isnan().all(), "the others know nothing of it"
    assert DirectPreference()(model, batch).mean.item() == pytest.approx(torch.tensor(2.0).log().item(), abs=1e-4)


def test_a_pair_about_a_picture_that_is_not_there_is_refused():
    with pytest.raises(CourseError, match="example 1 is about picture 2; there are the pictures 0 to 1"):
        VisualPreferenceBatches(pairs(), torch.randn(2, PATCHES, D), tokens_per_batch=300)
