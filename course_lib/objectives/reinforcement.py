"""Training objectives for reinforcement learning, which sum the losses in `policy.py` over a `RolloutBatch`.

The loss of a batch is the mean over its answers, not over its tokens.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from course_lib.data.rollout_batch import RolloutBatch
from course_lib.objectives.objective import TokenLoss
from course_lib.objectives.policy import grpo, ppo_clip, reinforce, token_log_probabilities, value_loss
from course_lib.shapes import Logits


@dataclass(frozen=True)
class Reinforce:
    """The training objective for REINFORCE, which allows only one update per batch of answers.

    After an update, the next batch must be sampled from the new policy. (Williams 1992)
    """

    def __call__(self, model: Callable[..., Logits], batch: RolloutBatch) -> TokenLoss:
        """Return the loss of the policy on a batch, summed over the answers."""
        mask = batch.is_label
        log_p = token_log_probabilities(model(batch.tokens, keep=mask), batch.labels[mask])
        return TokenLoss(reinforce(log_p, batch.advantages[mask]).sum(), len(mask))


@dataclass(frozen=True)
class ProximalPolicy:
    """The training objective for PPO, which trains the policy and the critic together.

    There is no entropy bonus.

    Args:
        clip: see `ppo_clip`.
        value_weight: the weight of the critic's loss, relative to the policy's loss.

    (Schulman et al. 2017, equation 9)
    """

    clip: float = 0.2
    value_weight: float = 0.1

    def __call__(self, model: nn.Module, batch: RolloutBatch) -> TokenLoss:
        """Return the loss of an `ActorCritic` on a batch, summed over the answers."""
        mask = batch.is_label
        logits, values = model(batch.tokens, keep=mask)
        log_p = token_log_probabilities(logits, batch.labels[mask])
        losses = ppo_clip(log_p, batch.old_log_p[mask], batch.advantages[mask], self.clip)
        losses = losses + self.value_weight * value_loss(values, batch.returns[mask])
        return TokenLoss(losses.sum(), len(mask))


@dataclass(frozen=True)
class GroupRelativePolicy:
    """The training objective for GRPO, which needs no critic.

    Every answer has the same weight, whatever its length.

    Args:
        clip: see `ppo_clip`.
        kl_weight: the KL coefficient β.

    (Shao et al. 2024, equation 3)
    """

    clip: float = 0.2
    kl_weight: float = 0.04

    def __call__(self, model: Callable[..., Logits], batch: RolloutBatch) -> TokenLoss:
        """Return the loss of the policy on a batch, summed over the answers."""
        mask = batch.is_label
        log_p = token_log_probabilities(model(batch.tokens, keep=mask), batch.labels[mask])
        old_log_p, reference_log_p = batch.old_log_p[mask], batch.reference_log_p[mask]
        losses = grpo(log_p, old_log_p, reference_log_p, batch.advantages[mask], self.clip, self.kl_weight)
        lengths = mask.sum(dim=1, keepdim=True).expand_as(mask)[mask]
        return TokenLoss((losses / lengths).sum(), len(mask))
