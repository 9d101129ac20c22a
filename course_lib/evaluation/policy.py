"""What reinforcement learning bought, and what it cost: mean reward, and how far the policy went from its reference."""

import torch

from course_lib.data import PAD
from course_lib.generation.rollouts import draw_answers, join
from course_lib.objectives import kl_divergence


@torch.no_grad()
def reward_and_kl(policy, reference, prompts, reward, end_id, max_new_tokens=32, temperature=1.0, seed=0):
    """Let the policy answer each prompt once, and judge.

    Args:
        policy, reference: `Llm`s; the reference follows the policy to its device.
        prompts: lists of token ids.
        reward: a function from prompts and answers, lists of lists of ids, to a list of numbers.
        end_id, max_new_tokens: see `Rollouts`.
        temperature, seed: of the answers; a policy learns from answers at temperature 1, readers often get cooler ones.

    Returns:
        A dict: `reward`, the mean; `kl`, the mean over the tokens of the answers of KL(policy || reference) in nats.
    """
    answers = draw_answers(prompts, policy, end_id, max_new_tokens, temperature, seed)
    rewards = reward(prompts, answers)
    device = next(policy.parameters()).device
    tokens, labels = (ids.to(device) for ids in join(prompts, answers))
    keep = labels != PAD
    kl = kl_divergence(policy(tokens, keep=keep), reference.to(device)(tokens, keep=keep)).mean()
    return {"reward": sum(rewards) / len(rewards), "kl": float(kl)}
