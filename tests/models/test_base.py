"""What all models have in common: their parameters are counted once, and a mode is left as it was found."""

import pytest
import torch
from torch import nn

from course_lib.models.base import Model, evaluating, unique_tensors


class Tied(Model):
    """Two names for one matrix."""

    def __init__(self):
        super().__init__(config=None)
        self.first, self.second = nn.Linear(3, 3, bias=False), nn.Linear(3, 3)
        self.second.weight = self.first.weight
        self.register_buffer("counted", torch.zeros(5))


def test_tied_weights_count_once():
    assert Tied().num_parameters() == 9 + 3


def test_of_tied_tensors_the_first_name_stays_and_buffers_have_one():
    assert list(unique_tensors(Tied())) == ["counted", "first.weight", "second.bias"]


@pytest.mark.parametrize("training", [True, False])
def test_a_model_is_evaluated_and_left_as_it_was_after_an_error_too(training):
    model = Tied().train(training)
    with pytest.raises(KeyboardInterrupt), evaluating(model) as device:
        assert not model.training and device.type == "cpu"
        raise KeyboardInterrupt
    assert model.training == training
