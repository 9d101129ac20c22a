"""What reinforcement learning bought and cost: the mean reward, and the divergence per token."""

import pytest
import torch

from course_lib.evaluation import reward_and_kl
from course_lib.generation.rollouts import sample_answers
from tests.models.tiny import tiny_llm

PROMPTS = [[1, 3], [1, 4, 5], [1, 6], [1, 5, 5, 5]]


def test_the_reward_is_the_mean_over_the_answers_of_this_seed():
    policy = tiny_llm()
    answers = sample_answers(PROMPTS, policy, 2, 5, seed=3)
    measured = reward_and_kl(policy, tiny_llm(), PROMPTS, lambda p, a: [float(len(ids)) for ids in a], 2, 5, seed=3)
    assert measured["reward"] == sum(map(len, answers)) / 4


@torch.no_grad()
def test_the_divergence_is_the_mean_over_all_tokens_of_the_answers():
    policy, reference = tiny_llm(), tiny_llm()
    measured = reward_and_kl(policy, reference, PROMPTS, lambda p, a: [0.0] * 4, 2, 5, seed=3)
    divergences = []
    for prompt, answer in zip(PROMPTS, sample_answers(PROMPTS, policy, 2, 5, seed=3), strict=True):
        for t in range(len(answer)):
            context = torch.tensor([prompt + answer[:t]])
            p, q = (torch.distributions.Categorical(logits=m(context)[0, -1]) for m in (policy, reference))
            divergences.append(float(torch.distributions.kl_divergence(p, q)))
    assert measured["kl"] == pytest.approx(sum(divergences) / len(divergences), abs=1e-5)
    assert measured["kl"] > 0.01
