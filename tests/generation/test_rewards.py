"""Rewards: rules that read text, and models that read tokens."""

import pytest
import torch

from course_lib.generation import LearntReward, TextReward
from tests.models.tiny import tiny_scorer

PROMPTS, ANSWERS = [[1, 3, 9], [1, 4], [1, 5, 5, 5, 5]], [[7, 2], [8, 9, 10, 4, 2], [6, 2]]


def test_a_rule_reads_the_texts_of_prompt_and_answer():
    reward = TextReward(lambda ids: "".join(map(str, ids)), lambda prompt, answer: len(prompt) + 10 * len(answer))
    assert reward(PROMPTS, ANSWERS) == [23, 62, 25]


@torch.no_grad()
def test_a_reward_model_is_read_at_the_last_token_of_each_answer():
    scorer = tiny_scorer()
    expected = [float(scorer(torch.tensor([p + a]))[0, -1]) for p, a in zip(PROMPTS, ANSWERS, strict=True)]
    assert LearntReward(scorer)(PROMPTS, ANSWERS) == pytest.approx(expected, abs=1e-5)
