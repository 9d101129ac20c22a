"""Rewards: rules that read text, and models that read tokens."""

import pytest
import torch

from course_lib.data import load_preferences
from course_lib.generation import LearnedReward, TextReward, by_rule
from course_lib.world.dialogues import CRITERIA, true_reward
from tests.models.tiny import tiny_scorer

PROMPTS, ANSWERS = [[1, 3, 9], [1, 4], [1, 5, 5, 5, 5]], [[7, 2], [8, 9, 10, 4, 2], [6, 2]]


def test_a_rule_reads_the_texts_of_prompt_and_answer():
    reward = TextReward(lambda ids: "".join(map(str, ids)), lambda prompt, answer: len(prompt) + 10 * len(answer))
    assert reward(PROMPTS, ANSWERS) == [23, 62, 25]


@torch.no_grad()
def test_a_reward_model_is_read_at_the_last_token_of_each_answer():
    scorer = tiny_scorer()
    expected = [float(scorer(torch.tensor([p + a]))[0, -1]) for p, a in zip(PROMPTS, ANSWERS, strict=True)]
    assert LearnedReward(scorer)(PROMPTS, ANSWERS) == pytest.approx(expected, abs=1e-5)


def test_the_rule_rewards_the_share_of_criteria_or_one_of_them():
    request = load_preferences("world", "validation")["chosen"][0]
    prompt, answer = request[-2]["content"], request[-1]["content"]
    texts = {1: prompt, 2: answer, 3: "Nonsense"}
    score = true_reward(prompt, answer)
    for criterion in ("reward", *CRITERIA):
        expected = float(getattr(score, criterion))
        assert by_rule(lambda ids: texts[ids[0]], criterion)([[1], [1]], [[2], [3]]) == [expected, 0.0]
    assert score.reward == sum(getattr(score, criterion) for criterion in CRITERIA) / len(CRITERIA)
