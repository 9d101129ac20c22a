"""The loss of a batch: a sum, and the number of tokens."""

import torch

from course_lib.objectives.objective import TokenLoss


def test_the_mean_is_the_sum_over_the_number_of_tokens():
    assert TokenLoss(torch.tensor(21.0), 7).mean == 3
