"""Teacher forcing: every real token of the true output is predicted from the true tokens before it, and no other."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.data import PAD, TranslationBatch, translation_batch
from course_lib.objectives import TeacherForcing
from tests.toys import tiny_translator

PAIRS = [([5, 9, 2], [7, 3, 8, 11, 2]), ([4, 2], [6, 2]), ([3, 3, 16, 10, 2], [2])]


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_the_loss_is_that_of_each_pair_alone(label_smoothing):
    model, objective = tiny_translator(), TeacherForcing(label_smoothing)
    together = objective(model, translation_batch(PAIRS))
    alone = [objective(model, translation_batch([pair])) for pair in PAIRS]
    torch.testing.assert_close(together.total, sum(loss.total for loss in alone))
    assert together.count == sum(len(target) for _, target in PAIRS)


def test_each_label_is_predicted_from_the_labels_before_it():
    model, (source, target) = tiny_translator(), PAIRS[0]
    loss = TeacherForcing()(model, translation_batch([(source, target)]))
    logits = [model(torch.tensor([source]), torch.tensor([[1, *target[:t]]]))[0, -1] for t in range(len(target))]
    expected = F.cross_entropy(torch.stack(logits), torch.tensor(target), reduction="sum")
    torch.testing.assert_close(loss.total, expected)


def test_more_padding_changes_nothing():
    model, batch = tiny_translator(), translation_batch(PAIRS)
    padded = TranslationBatch(*(F.pad(ids, (0, 3), value=PAD) for ids in (batch.labels, batch.source, batch.target)))
    plain, more = TeacherForcing()(model, batch), TeacherForcing()(model, padded)
    torch.testing.assert_close(more.total, plain.total)
    assert more.count == plain.count


def test_a_shard_without_pairs_costs_nothing_and_can_be_differentiated():
    model = tiny_translator()
    loss = TeacherForcing(0.1)(model, translation_batch(PAIRS).shard(3, 5))
    loss.total.backward()
    assert (loss.total.item(), loss.count) == (0.0, 0)
    assert all(torch.equal(parameter.grad, torch.zeros_like(parameter)) for parameter in model.parameters())
