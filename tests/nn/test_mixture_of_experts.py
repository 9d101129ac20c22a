"""Experts: each token is answered by those that it visits alone, and balance is what the auxiliary loss says."""

from copy import deepcopy

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import MixtureOfExperts, load_balancing_loss
from tests.parity import D_FF, B, D, T, assert_near, shake

EXPERTS, ACTIVE = 5, 2


def experts(num_active=ACTIVE):
    return shake(MixtureOfExperts(D, D_FF, EXPERTS, num_active))


def test_each_token_gets_what_its_likeliest_experts_say_weighted_by_their_probabilities(tolerance):
    layer, x = experts(), torch.randn(B, T, D)
    for row in range(B):
        for t in range(T):
            token = x[row, t]
            probs = layer.gate(token).softmax(dim=0)
            best = probs.argsort(descending=True)[:ACTIVE]
            said = sum(probs[i] / probs[best].sum() * layer.experts[i](token) for i in best.tolist())
            assert_near(layer(x)[row, t], said, tolerance)


def test_an_expert_that_no_token_visits_changes_nothing_and_learns_nothing():
    layer, x = experts(num_active=1), torch.randn(B, 1, D)
    layer(x).sum().backward()
    _, _, visited = layer.route(x.flatten(0, 1))
    idle = set(range(EXPERTS)) - set(visited.flatten().tolist())
    assert idle
    for i, expert in enumerate(layer.experts):
        learns = [p.grad is not None and bool(p.grad.any()) for p in expert.parameters()]
        assert not any(learns) if i in idle else all(learns)


def test_even_visits_cost_as_much_as_a_token_visits_and_all_to_the_same_cost_most():
    even = torch.full((EXPERTS, EXPERTS), 1 / EXPERTS)
    shifted = torch.arange(EXPERTS)[:, None] + torch.arange(ACTIVE)
    assert_near(load_balancing_loss(even, shifted % EXPERTS), torch.tensor(float(ACTIVE)), 1e-6)
    certain = torch.eye(EXPERTS)[[0] * EXPERTS]
    assert_near(
        load_balancing_loss(certain, torch.zeros(EXPERTS, 1, dtype=torch.long)), torch.tensor(float(EXPERTS)), 1e-6
    )


def test_the_auxiliary_loss_makes_experts_that_many_visit_less_likely():
    probs = torch.tensor([[0.5, 0.3, 0.2]] * 4, requires_grad=True)
    load_balancing_loss(probs, torch.tensor([[0], [0], [0], [1]])).backward()
    assert probs.grad[0, 0] > probs.grad[0, 1] > probs.grad[0, 2] == 0


def test_a_copy_after_a_step_of_training_is_complete_without_the_batch(tolerance):
    layer, x = experts().train(), torch.randn(B, T, D)
    layer(x)
    copy = deepcopy(layer)
    assert not hasattr(copy, "auxiliary_loss")
    assert_near(copy(x), layer(x), tolerance)


@pytest.mark.parametrize("num_active", [0, EXPERTS + 1])
def test_a_token_visits_one_expert_at_least_and_all_at_most(num_active):
    with pytest.raises(CourseError, match=f"num_active must be between 1 and num_experts, {EXPERTS}, got {num_active}"):
        experts(num_active)
