"""The loss at each position: a plain cross-entropy; a gap moves the second half and nothing else."""

import torch
import torch.nn.functional as F

from course_lib.data import predict_next
from course_lib.evaluation.positions import loss_after_gap, loss_by_position
from tests.models.tiny import tiny_llm

TEXTS = [[3, 4, 5, 6, 7, 8], [9, 3, 3, 4, 10, 5], [4, 4, 8, 7, 6, 3]]


@torch.no_grad()
def test_the_loss_at_a_position_is_the_mean_cross_entropy_of_all_texts_there():
    model, batch = tiny_llm(), predict_next(TEXTS)
    losses = loss_by_position(model, TEXTS)
    for t, loss in enumerate(losses):
        assert torch.isclose(loss, F.cross_entropy(model(batch.tokens)[:, t], batch.labels[:, t]), atol=1e-5)
    assert len(losses) == 6


@torch.no_grad()
def test_without_a_gap_the_loss_is_that_of_the_last_positions_and_a_gap_changes_it():
    model = tiny_llm()
    assert abs(loss_after_gap(model, TEXTS, 0, last=2) - float(loss_by_position(model, TEXTS)[-2:].mean())) < 1e-5
    assert abs(loss_after_gap(model, TEXTS, 5, last=2) - loss_after_gap(model, TEXTS, 0, last=2)) > 1e-4
