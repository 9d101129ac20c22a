"""The three policy objectives on a batch of answers: their losses, summed as their papers say."""

import pytest
import torch

from course_lib.data.rollout_batch import RolloutBatch
from course_lib.generation.rollouts import join
from course_lib.models import ActorCritic
from course_lib.objectives import (
    GroupRelativePolicy,
    ProximalPolicy,
    Reinforce,
    grpo,
    ppo_clip,
    reinforce,
    token_log_probabilities,
    value_loss,
)
from tests.models.tiny import tiny_llm
from tests.parity import shake

PROMPTS = [[1, 3, 9], [1, 4], [1, 5, 5, 5, 5]]
ANSWERS = [[7, 2], [8, 9, 10, 4, 2], [6, 2]]


def batch_of_answers():
    tokens, labels = join(PROMPTS, ANSWERS)
    old_log_p, reference_log_p, advantages, returns = (torch.randn(tokens.shape) for _ in range(4))
    return RolloutBatch(
        tokens=tokens,
        labels=labels,
        rewards=torch.randn(3),
        old_log_p=old_log_p - 3,
        reference_log_p=reference_log_p - 3,
        advantages=advantages,
        returns=returns,
    )


def test_reinforce_sums_over_the_tokens_of_the_answers():
    model, batch = tiny_llm(), batch_of_answers()
    losses = reinforce(token_log_probabilities(model(batch.tokens), batch.labels), batch.advantages)
    loss = Reinforce()(model, batch)
    torch.testing.assert_close(loss.total, losses[batch.is_label].sum())
    assert loss.count == 3


def test_ppo_adds_the_loss_of_the_critic():
    model, batch = shake(ActorCritic(tiny_llm())), batch_of_answers()
    log_p = token_log_probabilities(model.policy(batch.tokens), batch.labels)
    losses = ppo_clip(log_p, batch.old_log_p, batch.advantages, 0.3)
    losses = losses + 0.7 * value_loss(model.values(batch.tokens), batch.returns)
    loss = ProximalPolicy(clip=0.3, value_weight=0.7)(model, batch)
    torch.testing.assert_close(loss.total, losses[batch.is_label].sum())


def test_grpo_takes_the_mean_over_each_answer_so_that_long_ones_count_no_more():
    model, batch = tiny_llm(), batch_of_answers()
    log_p = token_log_probabilities(model(batch.tokens), batch.labels)
    losses = grpo(log_p, batch.old_log_p, batch.reference_log_p, batch.advantages, 0.3, 0.07)
    means = [row[mask].mean() for row, mask in zip(losses, batch.is_label, strict=True)]
    torch.testing.assert_close(GroupRelativePolicy(clip=0.3, kl_weight=0.07)(model, batch).total, sum(means))


@pytest.mark.parametrize("objective", [Reinforce(), ProximalPolicy(), GroupRelativePolicy()], ids=str)
def test_shards_add_up_to_the_whole(objective):
    policy, batch = tiny_llm(), batch_of_answers()
    model = ActorCritic(policy) if isinstance(objective, ProximalPolicy) else policy
    whole = objective(model, batch)
    shards = [objective(model, batch.shard(i, 4)) for i in range(4)]
    torch.testing.assert_close(sum(shard.total for shard in shards), whole.total)
    assert sum(shard.count for shard in shards) == whole.count == batch.num_labels
