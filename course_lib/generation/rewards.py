"""Reward functions, which return a number for each answer to a prompt. Prompts and answers are lists of token ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from course_lib.data.rows import pad
from course_lib.models import Scorer
from course_lib.world.dialogues import true_reward

Texts = Sequence[Sequence[int]]
Reward = Callable[[Texts, Texts], Sequence[float]]  # takes prompts and answers, and returns one number per answer


@dataclass(frozen=True)
class TextReward:
    """A reward function that decodes prompts and answers to text and applies a rule to them.

    Args:
        decode: a function that converts token ids to text.
        reward: the rule, a function that takes the texts of a prompt and an answer and returns a number.
    """

    decode: Callable[[Sequence[int]], str]
    reward: Callable[[str, str], float]

    def __call__(self, prompts: Texts, answers: Texts) -> list[float]:
        return [self.reward(self.decode(p), self.decode(a)) for p, a in zip(prompts, answers, strict=True)]


def by_rule(decode: Callable, criterion: str = "reward") -> TextReward:
    """Create the rule-based reward function of the little world, which is the share of criteria that an answer meets.

    Args:
        decode: a function that converts token ids to text.
        criterion: one of the `CRITERIA`, if only this criterion counts. Default: all criteria count.
    """
    return TextReward(decode, lambda prompt, answer: float(getattr(true_reward(prompt, answer), criterion)))


class LearnedReward:
    """A reward function that uses the score of a reward model at the last token of each answer.

    Args:
        scorer: the reward model.

    (Ouyang et al. 2022, section 3.5)
    """

    def __init__(self, scorer: Scorer):
        self.scorer = scorer

    @torch.no_grad()
    def __call__(self, prompts: Texts, answers: Texts) -> list[float]:
        dialogues = [[*prompt, *answer] for prompt, answer in zip(prompts, answers, strict=True)]
        device = next(self.scorer.parameters()).device
        last = torch.tensor([len(ids) - 1 for ids in dialogues], device=device)
        scores = self.scorer(pad(dialogues).to(device))
        return scores.gather(1, last[:, None])[:, 0].tolist()
