"""Reward functions: from prompts and answers, two lists of lists of ids, to a list of numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from course_lib.data.rows import pad
from course_lib.models import Scorer
from course_lib.world.dialogues import true_reward

Texts = Sequence[Sequence[int]]
Reward = Callable[[Texts, Texts], Sequence[float]]  # from prompts and answers to one number per answer


@dataclass(frozen=True)
class TextReward:
    """A rule-based reward function on texts.

    Args:
        decode: a function from token ids to text.
        reward: a function from the texts of a prompt and an answer to a number.
    """

    decode: Callable[[Sequence[int]], str]
    reward: Callable[[str, str], float]

    def __call__(self, prompts: Texts, answers: Texts) -> list[float]:
        return [self.reward(self.decode(p), self.decode(a)) for p, a in zip(prompts, answers, strict=True)]


def by_rule(decode: Callable, criterion: str = "reward") -> TextReward:
    """Return the rule-based reward of the little world: the share of criteria that an answer meets.

    Args:
        decode: a function from token ids to text.
        criterion: one of the `CRITERIA`, to reward only this one. Default: all criteria.
    """
    return TextReward(decode, lambda prompt, answer: float(getattr(true_reward(prompt, answer), criterion)))


class LearnedReward:
    """A reward model: the score of a `Scorer` at the last token of each answer (Ouyang et al. 2022, section 3.5)."""

    def __init__(self, scorer: Scorer):
        self.scorer = scorer

    @torch.no_grad()
    def __call__(self, prompts: Texts, answers: Texts) -> list[float]:
        dialogues = [[*prompt, *answer] for prompt, answer in zip(prompts, answers, strict=True)]
        device = next(self.scorer.parameters()).device
        last = torch.tensor([len(ids) - 1 for ids in dialogues], device=device)
        scores = self.scorer(pad(dialogues).to(device))
        return scores.gather(1, last[:, None])[:, 0].tolist()
