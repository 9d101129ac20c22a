"""What parts of a model want beside the objective is added to its mean, in training only."""

import pytest
import torch
from torch import nn

from course_lib.data.rows import Batch
from course_lib.errors import CourseError
from course_lib.objectives import WithAuxiliary
from course_lib.objectives.objective import TokenLoss

BATCH = Batch(labels=torch.ones(2, 3))


class Wants(nn.Module):
    """A part that wants a number."""

    def __init__(self, number):
        super().__init__()
        self.auxiliary_loss = torch.tensor(float(number), requires_grad=True)


def objective(model, batch):
    return TokenLoss(torch.tensor(14.0), 7)


def test_the_wishes_of_all_parts_are_added_to_the_mean_with_their_weight_and_have_gradients():
    model = nn.Sequential(Wants(3), nn.Linear(2, 2), nn.Sequential(Wants(5)))
    loss = WithAuxiliary(objective, weight=0.5)(model, BATCH)
    assert (loss.mean, loss.count) == (2 + 0.5 * (3 + 5), 7)
    loss.mean.backward()
    assert model[0].auxiliary_loss.grad == 0.5


def test_in_eval_mode_the_loss_is_that_of_the_objective():
    assert WithAuxiliary(objective, weight=0.5)(nn.Sequential(Wants(3)).eval(), BATCH).mean == 2


def test_a_model_in_which_no_part_wants_anything_is_refused():
    with pytest.raises(CourseError, match="no part of the Linear has an auxiliary_loss"):
        WithAuxiliary(objective, weight=0.5)(nn.Linear(2, 2), BATCH)
