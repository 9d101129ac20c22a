"""What all studies do: training, and shares in percent."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.data import predict_next, text_batches
from course_lib.objectives import TokenPrediction
from course_lib.training import Plan, Trainer
from course_lib.workshop.studies.harness import adam, descend, fit, mean, percent
from tests.models.tiny import tiny_llm

TEXTS = [[3, 4, 5, 2], [6, 2], [7, 8, 2], [5, 5, 2]]


def batches():
    return text_batches(TEXTS, predict_next, 8, seed=3)


def test_fit_trains_as_the_trainer_does_by_a_plan_of_these_steps_and_leaves_the_model_ready():
    ours, expected, scored = tiny_llm(), tiny_llm(), []
    expected.load_state_dict(ours.state_dict())
    fitted = fit(ours, batches(), TokenPrediction(), 5, 1e-2, 1, lambda model: scored.append(1) or {}, weight_decay=0.5)
    plan = Plan(steps=5, learning_rate=1e-2, seed=1, evaluations=1, weight_decay=0.5)
    Trainer(expected, batches(), TokenPrediction(), plan).train()
    assert fitted is ours and not ours.training and len(scored) == 2
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), expected.parameters(), strict=True))


def test_descend_takes_the_steps_of_a_plain_loop_with_its_schedule():
    x, y = torch.randn(2, 7, 3)
    ours, expected = nn.Linear(3, 3), nn.Linear(3, 3)
    expected.load_state_dict(ours.state_dict())
    optimizer = adam(ours, 0.1)
    losses = descend(optimizer, lambda: F.mse_loss(ours(x), y), 2)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0, 3)
    losses += descend(optimizer, lambda: F.mse_loss(ours(x), y), 3, schedule)
    plain = torch.optim.Adam(expected.parameters(), lr=0.1)
    for step, rate in enumerate([0.1, 0.1, 0.1, 0.1 * 2 / 3, 0.1 / 3]):
        plain.param_groups[0]["lr"] = rate
        plain.zero_grad()
        loss = F.mse_loss(expected(x), y)
        assert loss.item() == pytest.approx(losses[step], abs=1e-6)
        loss.backward()
        plain.step()
    assert torch.allclose(ours.weight, expected.weight, atol=1e-5)


def test_percents_of_a_tensor_and_of_a_list_are_those_of_hits():
    hits = [True, False, True, True, False, False, False]
    assert percent(hits) == pytest.approx(100 * 3 / 7) and percent(iter(hits)) == percent(hits)
    assert percent(torch.tensor(hits)) == pytest.approx(100 * 3 / 7, abs=1e-5)
    assert percent([]) == 0


def test_the_mean_is_that_of_all_numbers():
    assert mean(n for n in (1.5, 2.5, 5.0)) == 3.0
