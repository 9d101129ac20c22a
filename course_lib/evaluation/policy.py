"""What reinforcement learning bought, and what it cost: mean reward, and how far the policy went from its reference."""

import torch

from course_lib.data import PAD
from course_lib.generation.rewards import Reward
from course_lib.generation.rollouts import join, sample_answers
from course_lib.models import Llm
from course_lib.objectives import kl_divergence


@torch.no_grad()
def reward_and_kl(
    policy: Llm,
    reference: Llm,
    prompts: list[list[int]],
    reward: Reward,
    end_id: int,
    max_new_tokens: int = 32,
    temperature: float = 1.0,
    seed: int = 0,
) -> dict[str, float]:
    """Let the policy answer each prompt once, and judge.

    Args:
        policy, reference: the reference follows the policy to its device.
        prompts: as token ids.
        reward: a function from prompts and answers to numbers.
        end_id, max_new_tokens: see `Rollouts`.
        temperature, seed: of the answers; a policy learns from answers at temperature 1, readers often get cooler ones.

    Returns:
        `reward`, the mean; `kl`, the mean over the tokens of the answers of KL(policy || reference) in nats.
    """
    answers = sample_answers(prompts, policy, end_id, max_new_tokens, temperature, seed)
    rewards = reward(prompts, answers)
    device = next(policy.parameters()).device
    tokens, labels = (ids.to(device) for ids in join(prompts, answers))
    keep = labels != PAD
    kl = kl_divergence(policy(tokens, keep=keep), reference.to(device)(tokens, keep=keep)).mean()
    return {"reward": sum(rewards) / len(rewards), "kl": float(kl)}
