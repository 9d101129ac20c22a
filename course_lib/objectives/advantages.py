"""How much better than expected: what the rewards of whole answers say about each of their tokens.

A class in this file is called with a batch of rollouts and returns `advantages` and `returns`: zero where the policy
chose no token.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.data.rollout_batch import RolloutBatch
from course_lib.errors import CourseError
from course_lib.objectives.policy import kl_k1
from course_lib.shapes import BT, BoolsBT, IdsBT, PerRow


def token_rewards(rewards: PerRow, log_p: BT, reference_log_p: BT, mask: BoolsBT, kl_weight: float) -> BT:
    """Each token pays for leaving the reference; the last one also earns the reward (Ouyang et al. 2022, section 3.5).

    Args:
        rewards: of whole answers.
        log_p, reference_log_p: of the tokens, under the policy that drew them and under the reference.
        mask: True at the tokens of the answers.
        kl_weight: the price of one nat.
    """
    is_last = mask & ~F.pad(mask[:, 1:], (0, 1))
    penalty = kl_weight * kl_k1(log_p, reference_log_p)
    return (is_last * rewards[:, None] - penalty).masked_fill(~mask, 0.0)


def leave_one_out(rewards: PerRow) -> PerRow:
    """Rewards minus the mean of the others: a baseline that doesn't depend on the answer itself."""
    if len(rewards) < 2:
        raise CourseError(f"a baseline from the others needs two rewards or more, got {len(rewards)}")
    return (rewards - rewards.mean()) * len(rewards) / (len(rewards) - 1)


def group_advantages(rewards: PerRow, group_size: int) -> PerRow:
    """(r - mean) / standard deviation among the answers to one prompt (Shao et al. 2024, section 4.1.2).

    `rewards` come prompt after prompt, `group_size` for each. Where all are equal there is nothing to learn: zeros.
    """
    if group_size < 2 or len(rewards) % group_size:
        raise CourseError(f"groups of {group_size} need 2 or more each, and to fill {len(rewards)} rewards evenly")
    groups = rewards.view(-1, group_size)
    centered = groups - groups.mean(dim=1, keepdim=True)
    return (centered / (groups.std(dim=1, keepdim=True) + 1e-4)).flatten()


def generalized_advantages(
    rewards: BT, values: BT, mask: BoolsBT, discount: float = 1.0, gae_lambda: float = 0.95
) -> BT:
    """A mixture of "what came next, as the critic sees it" (trace 0) and "all that came" (trace 1).

    Schulman et al. 2016, equation 16: advantage = error + discount · trace · advantage of the next token, where
    error = reward + discount · value of the next - value. `mask` is True at the tokens of the answers.
    """
    values = values.masked_fill(~mask, 0.0)
    errors = (rewards + discount * F.pad(values[:, 1:], (0, 1)) - values).masked_fill(~mask, 0.0)
    advantages, ahead = torch.zeros_like(errors), 0.0
    for t in reversed(range(errors.shape[1])):
        advantages[:, t] = ahead = errors[:, t] + discount * gae_lambda * ahead
    return advantages.masked_fill(~mask, 0.0)


def whiten(values: BT, mask: BoolsBT) -> BT:
    """Shift and scale the `values` where `mask` is True to mean 0 and standard deviation 1; zeros elsewhere."""
    chosen = values[mask]
    return ((values - chosen.mean()) / (chosen.std() + 1e-8)).masked_fill(~mask, 0.0)


@dataclass(frozen=True)
class BaselineAdvantages:
    """For REINFORCE: reward minus KL penalty of the whole answer, minus the mean of the other answers."""

    kl_weight: float = 0.05

    def __call__(self, batch: RolloutBatch) -> tuple[BT, BT]:
        mask = batch.is_label
        rewards = token_rewards(batch.rewards, batch.old_log_p, batch.reference_log_p, mask, self.kl_weight)
        returns = rewards.sum(dim=1)
        return leave_one_out(returns)[:, None] * mask, returns[:, None] * mask


@dataclass(frozen=True)
class GroupAdvantages:
    """For GRPO: how an answer compares with the others to the same prompt; the KL is left to the loss."""

    group_size: int

    def __call__(self, batch: RolloutBatch) -> tuple[BT, BT]:
        advantages = group_advantages(batch.rewards, self.group_size)
        return advantages[:, None] * batch.is_label, batch.rewards[:, None] * batch.is_label


@dataclass(frozen=True)
class CriticAdvantages:
    """For PPO: token by token, against what the critic expected (Ouyang et al. 2022, section 3.5).

    `values` is a function from token ids to the expected return after each of them.
    """

    values: Callable[[IdsBT], BT]
    kl_weight: float = 0.05
    discount: float = 1.0
    gae_lambda: float = 0.95

    def __call__(self, batch: RolloutBatch) -> tuple[BT, BT]:
        mask, values = batch.is_label, self.values(batch.tokens)
        rewards = token_rewards(batch.rewards, batch.old_log_p, batch.reference_log_p, mask, self.kl_weight)
        advantages = generalized_advantages(rewards, values, mask, self.discount, self.gae_lambda)
        return whiten(advantages, mask), (advantages + values).masked_fill(~mask, 0.0)
