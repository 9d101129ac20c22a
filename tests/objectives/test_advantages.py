"""Advantages: what whole answers earned, handed out to their tokens."""

import pytest
import torch

from course_lib.data.rollout_batch import RolloutBatch
from course_lib.errors import CourseError
from course_lib.objectives import (
    BaselineAdvantages,
    CriticAdvantages,
    GroupAdvantages,
    generalized_advantages,
    group_advantages,
    leave_one_out,
    token_rewards,
    whiten,
)

MASK = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]]).bool()
REWARDS = torch.tensor([[-0.01, 0.02, 0.75, 0.0], [0.03, -0.02, 0.0, 0.5]])
VALUES = torch.tensor([[0.1, 0.4, -0.2, 9.0], [0.3, 0.2, 0.5, 0.7]])  # the 9 stands behind the end


def answered(rewards, mask=MASK):
    """A `RolloutBatch` whose advantages are still open."""
    log_p = -torch.rand(mask.shape).masked_fill(~mask, 0.0)
    reference_log_p = -torch.rand(mask.shape).masked_fill(~mask, 0.0)
    ids, zeros = mask.long(), torch.zeros(mask.shape)
    return RolloutBatch(
        labels=ids,
        tokens=ids,
        rewards=rewards,
        old_log_p=log_p,
        reference_log_p=reference_log_p,
        advantages=zeros,
        returns=zeros,
    )


def test_every_token_pays_for_leaving_the_reference_and_the_last_one_earns_the_reward():
    log_p, reference_log_p = torch.full((2, 4), -1.0), torch.full((2, 4), -1.5)
    rewards = token_rewards(torch.tensor([2.0, 3.0]), log_p, reference_log_p, MASK, kl_weight=0.2)
    torch.testing.assert_close(rewards, torch.tensor([[-0.1, -0.1, 1.9, 0.0], [-0.1, -0.1, -0.1, 2.9]]))


def test_leave_one_out_compares_with_the_mean_of_the_others():
    rewards = torch.tensor([1.0, 0.0, 0.5, 4.0, 2.5])
    others = [(rewards.sum() - reward) / 4 for reward in rewards]
    torch.testing.assert_close(leave_one_out(rewards), rewards - torch.stack(others))
    with pytest.raises(CourseError, match="two rewards or more, got 1"):
        leave_one_out(rewards[:1])


# Values of the lines of TRL 1.16's GRPOTrainer (scale_rewards "group"), run on these rewards.
def test_group_advantages_equal_trl_and_sum_to_zero_in_each_group():
    rewards = torch.tensor([1.0, 0.25, 0.5, 0.75, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 1.0])
    advantages = group_advantages(rewards, 4).view(3, 4)
    torch.testing.assert_close(advantages.sum(dim=1), torch.zeros(3))
    expected = [[1.1615351, -1.1615351, -0.3871784, 0.3871784], [0.0] * 4, [-0.4999, -0.4999, -0.4999, 1.4997001]]
    torch.testing.assert_close(advantages, torch.tensor(expected), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("count", "group_size"), [(6, 4), (6, 1)])
def test_groups_that_do_not_come_out_even_are_refused(count, group_size):
    with pytest.raises(
        CourseError, match=f"must be 2 or more and divide the number of rewards, {count}, got {group_size}"
    ):
        group_advantages(torch.rand(count), group_size)


# Values of the lines of TRL 0.12.2's PPOTrainer ("compute advantages and returns"), run on the tensors above.
@pytest.mark.parametrize(
    ("discount", "gae_lambda", "expected"),
    [
        (1.0, 0.95, [[0.596375, 0.3225, 0.95, 0.0], [0.205025, 0.2895, 0.01, -0.2]]),
        (0.9, 0.5, [[0.190375, -0.1325, 0.95, 0.0], [0.0216, 0.248, 0.04, -0.2]]),
    ],
)
def test_generalized_advantages_equal_trl(discount, gae_lambda, expected):
    advantages = generalized_advantages(REWARDS, VALUES, MASK, discount, gae_lambda)
    torch.testing.assert_close(advantages, torch.tensor(expected), rtol=0, atol=1e-6)


def test_trace_1_compares_all_that_came_with_the_value_and_trace_0_only_the_next_step():
    returns = REWARDS.flip(1).cumsum(1).flip(1)
    everything = generalized_advantages(REWARDS, VALUES, MASK, gae_lambda=1.0)
    torch.testing.assert_close(everything, (returns - VALUES) * MASK)
    next_values = torch.tensor([[0.4, -0.2, 0.0, 0.0], [0.2, 0.5, 0.7, 0.0]])
    torch.testing.assert_close(
        generalized_advantages(REWARDS, VALUES, MASK, gae_lambda=0.0), (REWARDS + next_values - VALUES) * MASK
    )


def test_the_prompt_before_an_answer_changes_nothing():
    before = torch.full((2, 3), 5.0)
    padded = [torch.cat([before, x], dim=1) for x in (REWARDS, VALUES)]
    mask = torch.cat([torch.zeros(2, 3, dtype=torch.bool), MASK], dim=1)
    advantages = generalized_advantages(*padded, mask)
    torch.testing.assert_close(advantages[:, 3:], generalized_advantages(REWARDS, VALUES, MASK))
    assert not advantages[:, :3].any()


# Values of TRL 0.12.2's masked_whiten on its advantages above (discount 0.9, trace 0.5).
def test_whitening_equals_trl_and_gives_mean_0_and_deviation_1():
    whitened = whiten(generalized_advantages(REWARDS, VALUES, MASK, 0.9, 0.5), MASK)
    expected = [[0.0801888, -0.7621847, 2.0620329, 0.0], [-0.3601414, 0.2305310, -0.3121361, -0.9382907]]
    torch.testing.assert_close(whitened, torch.tensor(expected), rtol=0, atol=1e-6)
    assert float(whitened[MASK].mean()) == pytest.approx(0.0, abs=1e-6)
    assert float(whitened[MASK].std()) == pytest.approx(1.0)


def test_with_a_baseline_all_tokens_of_an_answer_share_one_advantage_net_of_the_kl():
    batch = answered(torch.tensor([1.0, 0.25]))
    advantages, returns = BaselineAdvantages(kl_weight=0.1)(batch)
    net = batch.rewards - 0.1 * (batch.old_log_p - batch.reference_log_p).sum(dim=1)
    torch.testing.assert_close(returns, net[:, None] * MASK)
    difference = net[0] - net[1]
    torch.testing.assert_close(advantages, torch.stack([difference, -difference])[:, None] * MASK)


def test_in_a_group_all_tokens_of_an_answer_share_one_advantage_and_none_where_all_earned_the_same():
    advantages, _ = GroupAdvantages(2)(answered(torch.tensor([1.0, 0.25])))
    torch.testing.assert_close(advantages, group_advantages(torch.tensor([1.0, 0.25]), 2)[:, None] * MASK)
    advantages, _ = GroupAdvantages(2)(answered(torch.tensor([0.5, 0.5])))
    assert not advantages.any()


def test_a_critic_that_expected_exactly_what_came_leaves_no_advantage():
    batch = answered(torch.tensor([1.0, 0.25]))
    rewards = token_rewards(batch.rewards, batch.old_log_p, batch.reference_log_p, MASK, 0.1)
    exact = rewards.flip(1).cumsum(1).flip(1)
    estimate = CriticAdvantages(lambda tokens: exact, kl_weight=0.1)
    raw = generalized_advantages(rewards, exact, MASK)
    torch.testing.assert_close(raw, torch.zeros(2, 4), rtol=0, atol=1e-6)
    torch.testing.assert_close(estimate(batch)[1], exact * MASK)


def test_the_returns_that_a_critic_learns_are_advantages_before_whitening_plus_values():
    batch = answered(torch.tensor([1.0, 0.25]))
    advantages, returns = CriticAdvantages(lambda tokens: VALUES, kl_weight=0.1, discount=0.9, gae_lambda=0.5)(batch)
    rewards = token_rewards(batch.rewards, batch.old_log_p, batch.reference_log_p, MASK, 0.1)
    raw = generalized_advantages(rewards, VALUES, MASK, 0.9, 0.5)
    torch.testing.assert_close(returns, (raw + VALUES) * MASK)
    torch.testing.assert_close(advantages, whiten(raw, MASK))
