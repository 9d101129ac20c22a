"""Losses of reinforcement learning: the numbers that TRL gives, estimates right on average, and the clipping."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.objectives import (
    grpo,
    kl_divergence,
    kl_k1,
    kl_k3,
    ppo_clip,
    reinforce,
    token_log_probabilities,
    value_loss,
)
from tests.parity import B, T, V

LOG_P = torch.tensor([[-0.5, -1.2, -2.0, -0.1], [-0.9, -0.3, -1.7, -2.2]])
OLD_LOG_P = torch.tensor([[-0.7, -1.2, -1.4, -0.6], [-1.3, -0.2, -1.0, -2.0]])
REFERENCE_LOG_P = torch.tensor([[-0.6, -1.0, -2.5, -0.3], [-0.8, -0.9, -1.5, -2.1]])
ADVANTAGES = torch.tensor([[0.8] * 4, [-1.1] * 4])


def two_distributions():
    return torch.randn(B, T, V), torch.randn(B, T, V)


def gradient(loss, log_p, *args):
    log_p = log_p.clone().requires_grad_()
    loss(log_p, *args).sum().backward()
    return log_p.grad


def test_log_probabilities_are_those_of_cross_entropy():
    logits, tokens = torch.randn(B, T, V), torch.randint(V, (B, T))
    expected = -F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view(B, T)
    torch.testing.assert_close(token_log_probabilities(logits, tokens), expected)


def test_the_divergence_equals_torch_and_is_zero_between_equals():
    logits, reference = two_distributions()
    expected = F.kl_div(reference.log_softmax(-1), logits.log_softmax(-1), reduction="none", log_target=True).sum(-1)
    torch.testing.assert_close(kl_divergence(logits, reference), expected)
    assert torch.equal(kl_divergence(logits, logits), torch.zeros(B, T))


@pytest.mark.parametrize("estimate", [kl_k1, kl_k3])
def test_both_estimates_are_right_on_average_over_what_the_policy_draws(estimate):
    logits, reference = two_distributions()
    log_p = logits.log_softmax(-1)
    estimates = estimate(log_p, reference.log_softmax(-1))
    torch.testing.assert_close((log_p.exp() * estimates).sum(-1), kl_divergence(logits, reference))


def test_k3_is_never_negative_and_varies_less_than_k1():
    logits, reference = two_distributions()
    p, log_p, reference_log_p = logits.softmax(-1), logits.log_softmax(-1), (logits + 0.3 * reference).log_softmax(-1)
    k1, k3 = kl_k1(log_p, reference_log_p), kl_k3(log_p, reference_log_p)
    assert (k3 >= 0).all() and (k1 < 0).any()
    mean = (p * k3).sum(-1, keepdim=True)
    assert ((p * (k3 - mean) ** 2).sum(-1) < (p * (k1 - mean) ** 2).sum(-1)).all()


def test_reinforce_pulls_at_each_log_probability_with_its_advantage():
    torch.testing.assert_close(gradient(reinforce, LOG_P, ADVANTAGES), -ADVANTAGES)


def test_the_expected_gradient_of_reinforce_is_that_of_the_expected_reward_whatever_the_baseline():
    logits, rewards = torch.randn(V, dtype=torch.float64, requires_grad=True), torch.randn(V, dtype=torch.float64)
    (expected,) = torch.autograd.grad(logits.softmax(-1) @ rewards, logits)
    for baseline in (0.0, 7.0):
        weights = logits.softmax(-1).detach()  # each token as often as it is drawn
        loss = weights @ reinforce(logits.log_softmax(-1), rewards - baseline)
        torch.testing.assert_close(torch.autograd.grad(loss, logits)[0], -expected)


# Values of the PPO trainer of TRL 0.12.2 ("pg_loss_max", with cliprange 0.2), its lines run on the tensors above.
def test_the_clipped_loss_equals_trl():
    expected = torch.tensor([[-0.96, -0.8, -0.4390493, -0.96], [1.6410071, 0.9953212, 0.88, 0.9006038]])
    torch.testing.assert_close(ppo_clip(LOG_P, OLD_LOG_P, ADVANTAGES), expected, rtol=0, atol=1e-6)


def test_before_the_first_update_the_clipped_loss_pulls_as_reinforce_does():
    torch.testing.assert_close(gradient(ppo_clip, LOG_P, LOG_P, ADVANTAGES), gradient(reinforce, LOG_P, ADVANTAGES))


@pytest.mark.parametrize(
    ("ratio", "advantage", "pulls"),
    [(1.3, 1.0, False), (1.3, -1.0, True), (0.7, 1.0, True), (0.7, -1.0, False), (1.1, 1.0, True), (0.9, -1.0, True)],
)
def test_a_token_that_has_changed_by_enough_is_left_alone_unless_it_went_the_wrong_way(ratio, advantage, pulls):
    slope = gradient(ppo_clip, torch.tensor([ratio]).log(), torch.zeros(1), torch.tensor([advantage]), 0.2)
    torch.testing.assert_close(slope, torch.tensor([-ratio * advantage if pulls else 0.0]))


# Values of GRPOTrainer._compute_loss of TRL 1.16 (epsilon 0.2, beta 0.07), run on these tensors.
def test_the_group_relative_loss_equals_trl():
    losses = grpo(LOG_P, OLD_LOG_P, REFERENCE_LOG_P, ADVANTAGES, clip=0.2, kl_weight=0.07)
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]])
    assert float(((losses * mask).sum(1) / mask.sum(1)).mean()) == pytest.approx(0.1887372, abs=1e-6)  # loss_type grpo
    assert float((losses * mask).sum() / mask.sum()) == pytest.approx(0.3199737, abs=1e-6)  # loss_type bnpo


def test_the_value_loss_is_half_the_squared_error():
    losses = value_loss(torch.tensor([0.5, -1.0, 2.0]), torch.tensor([0.5, 1.0, 1.0]))
    assert losses.tolist() == [0.0, 2.0, 0.5]
