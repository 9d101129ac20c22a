"""The evaluation of a policy in reinforcement learning: its mean reward, and its KL divergence from the reference."""

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
    """Let the policy answer each prompt once, and compute the mean reward and the KL divergence from the reference.

    Args:
        policy: the trained model.
        reference: the reference model. It is moved to the policy's device.
        prompts: lists of token ids.
        reward: a function that takes prompts and answers and returns one number per answer.
        end_id: the id of the token that ends an answer.
        max_new_tokens: the maximum length of an answer.
        temperature: the number that the logits are divided by when sampling. Training uses 1, but models are often
            deployed with a lower temperature.
        seed: the seed of the random number generator.

    Returns:
        A dict with the mean reward as "reward" and, as "kl", the mean of KL(policy || reference) over the tokens of the
        answers, in nats.
    """
    answers = sample_answers(prompts, policy, end_id, max_new_tokens, temperature, seed)
    rewards = reward(prompts, answers)
    device = next(policy.parameters()).device
    tokens, labels = (ids.to(device) for ids in join(prompts, answers))
    keep = labels != PAD
    kl = kl_divergence(policy(tokens, keep=keep), reference.to(device)(tokens, keep=keep)).mean()
    return {"reward": sum(rewards) / len(rewards), "kl": float(kl)}
