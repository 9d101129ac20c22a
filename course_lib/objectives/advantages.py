"""Advantages, which measure how much better each token of an answer was than expected.

The classes in this file are called with a batch of rollouts and return two tensors, the advantages and the returns.
Both are zero at tokens that the policy did not generate.
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
    """Compute a reward for each token: minus the KL penalty, plus the answer's reward at its last token.

    Args:
        rewards: one reward per answer.
        log_p: log-probabilities of the tokens under the policy that sampled them.
        reference_log_p: log-probabilities of the tokens under the reference model.
        mask: True at the tokens of the answers.
        kl_weight: the KL coefficient β.

    (Ouyang et al. 2022, section 3.5)
    """
    is_last = mask & ~F.pad(mask[:, 1:], (0, 1))
    penalty = kl_weight * kl_k1(log_p, reference_log_p)
    return (is_last * rewards[:, None] - penalty).masked_fill(~mask, 0.0)


def leave_one_out(rewards: PerRow) -> PerRow:
    """Subtract the mean of the other rewards from each reward.

    This mean is a good baseline because it doesn't depend on the answer itself.

    Raises:
        CourseError: there are fewer than two rewards.
    """
    if len(rewards) < 2:
        raise CourseError(f"a leave-one-out baseline needs two rewards or more, got {len(rewards)}; use larger batches")
    return (rewards - rewards.mean()) * len(rewards) / (len(rewards) - 1)


def group_advantages(rewards: PerRow, group_size: int) -> PerRow:
    """Normalize the rewards within each group of answers to the same prompt: (r - mean) / standard deviation.

    If all rewards in a group are equal, its advantages are zero.

    Args:
        rewards: one reward per answer, with the answers to the same prompt next to each other.
        group_size: the number of answers per prompt.

    Raises:
        CourseError: `group_size` is less than 2 or does not divide the number of rewards.

    (Shao et al. 2024, section 4.1.2)
    """
    if group_size < 2 or len(rewards) % group_size:
        raise CourseError(
            f"group_size must be 2 or more and divide the number of rewards, {len(rewards)}, got {group_size}"
        )
    groups = rewards.view(-1, group_size)
    centered = groups - groups.mean(dim=1, keepdim=True)
    return (centered / (groups.std(dim=1, keepdim=True) + 1e-4)).flatten()


def generalized_advantages(
    rewards: BT, values: BT, mask: BoolsBT, discount: float = 1.0, gae_lambda: float = 0.95
) -> BT:
    """Compute the generalized advantage estimate (GAE) for each token.

    With λ = 0, the estimate uses only the next token's reward and value; with λ = 1, it uses all rewards to the end of
    the answer. The advantage is error + discount · λ · advantage of the next token, where error = reward + discount ·
    value of the next token - value.

    Args:
        rewards: one reward per token.
        values: the critic's value at each token.
        mask: True at the tokens of the answers.
        discount: the discount factor γ.
        gae_lambda: the λ of GAE.

    (Schulman et al. 2016, equation 16)
    """
    values = values.masked_fill(~mask, 0.0)
    errors = (rewards + discount * F.pad(values[:, 1:], (0, 1)) - values).masked_fill(~mask, 0.0)
    advantages, ahead = torch.zeros_like(errors), 0.0
    for t in reversed(range(errors.shape[1])):
        advantages[:, t] = ahead = errors[:, t] + discount * gae_lambda * ahead
    return advantages.masked_fill(~mask, 0.0)


def whiten(values: BT, mask: BoolsBT) -> BT:
    """Normalize the values where `mask` is True to mean 0 and standard deviation 1, and set all other values to 0."""
    chosen = values[mask]
    return ((values - chosen.mean()) / (chosen.std() + 1e-8)).masked_fill(~mask, 0.0)


@dataclass(frozen=True)
class BaselineAdvantages:
    """The advantages for REINFORCE, with the mean return of the other answers as the baseline.

    The return of an answer is its reward minus its KL penalty.

    Args:
        kl_weight: the KL coefficient β.
    """

    kl_weight: float = 0.05

    def __call__(self, batch: RolloutBatch) -> tuple[BT, BT]:
        mask = batch.is_label
        rewards = token_rewards(batch.rewards, batch.old_log_p, batch.reference_log_p, mask, self.kl_weight)
        returns = rewards.sum(dim=1)
        return leave_one_out(returns)[:, None] * mask, returns[:, None] * mask


@dataclass(frozen=True)
class GroupAdvantages:
    """The advantages for GRPO, which are rewards normalized within each group of answers to the same prompt.

    In GRPO, the KL penalty is part of the loss and not of the advantages.

    Args:
        group_size: the number of answers per prompt.
    """

    group_size: int

    def __call__(self, batch: RolloutBatch) -> tuple[BT, BT]:
        advantages = group_advantages(batch.rewards, self.group_size)
        return advantages[:, None] * batch.is_label, batch.rewards[:, None] * batch.is_label


@dataclass(frozen=True)
class CriticAdvantages:
    """The advantages for PPO: generalized advantage estimates that use a critic and are then whitened.

    Args:
        values: the critic, a function that takes token ids and returns the expected return after each token.
        kl_weight: the KL coefficient β.
        discount: the discount factor γ.
        gae_lambda: the λ of GAE.

    (Ouyang et al. 2022, section 3.5)
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
