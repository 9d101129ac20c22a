"""The accuracy of a reward model: how often it prefers the same answer as people do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import ChatTemplate, Tokenizer, preference_batches, preference_examples
from course_lib.evaluation.groups import members_by_group
from course_lib.models import Scorer, evaluating
from course_lib.objectives import pair_scores
from course_lib.shapes import PerRow

if TYPE_CHECKING:  # slow to import
    import datasets


@dataclass(frozen=True)
class PreferenceScores:
    """The scores of a reward model on pairs of a chosen answer and a rejected answer.

    Attributes:
        pairs: the number of pairs.
        accuracy: the percentage of pairs in which the chosen answer gets the higher score.
    """

    pairs: int
    accuracy: float


@torch.no_grad()
def preference_margins(
    model: Scorer, tokenizer: Tokenizer, rows: "datasets.Dataset", tokens_per_batch: int = 8000
) -> PerRow:
    """Compute the score of the chosen answer minus the score of the rejected answer for each pair.

    Args:
        model: the reward model.
        tokenizer: the tokenizer of the model.
        rows: pairs of answers from `load_preferences`.
        tokens_per_batch: the maximum number of tokens per batch.
    """
    pairs = preference_examples(rows, ChatTemplate(tokenizer), model.config.max_length)
    with evaluating(model) as device:
        scores = preference_batches(pairs, tokens_per_batch).of_each(lambda batch: pair_scores(model, batch.to(device)))
    return scores[:, 0] - scores[:, 1]


def evaluate_preferences(model: Scorer, tokenizer: Tokenizer, rows: "datasets.Dataset") -> dict[str, PreferenceScores]:
    """Compute the accuracy of a reward model on pairs of answers.

    Args:
        model: the reward model.
        tokenizer: the tokenizer of the model.
        rows: pairs of answers from `load_preferences`.

    Returns:
        The scores by group: "all" and, if `rows` has a column `held_out`, one group per value of this column.
    """
    right = (preference_margins(model, tokenizer, rows) > 0).float()
    return {
        name: PreferenceScores(len(members), 100 * float(right[members].mean()))
        for name, members in members_by_group(rows).items()
    }
