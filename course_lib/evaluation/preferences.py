"""The accuracy of a reward model: how often it prefers the answer that people prefer."""

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
    """Scores on a set of pairs. `accuracy` is the percentage whose chosen answer has the higher score."""

    pairs: int
    accuracy: float


@torch.no_grad()
def preference_margins(
    model: Scorer, tokenizer: Tokenizer, rows: "datasets.Dataset", tokens_per_batch: int = 8000
) -> PerRow:
    """Return the score of the chosen answer minus that of the rejected one, for each of `rows`.

    Args:
        model: a `Scorer`.
        tokenizer: its tokenizer.
        rows: the pairs; see `load_preferences`.
        tokens_per_batch: the maximum number of tokens per batch.
    """
    pairs = preference_examples(rows, ChatTemplate(tokenizer), model.config.max_length)
    with evaluating(model) as device:
        scores = preference_batches(pairs, tokens_per_batch).of_each(lambda batch: pair_scores(model, batch.to(device)))
    return scores[:, 0] - scores[:, 1]


def evaluate_preferences(model: Scorer, tokenizer: Tokenizer, rows: "datasets.Dataset") -> dict[str, PreferenceScores]:
    """Return the `PreferenceScores` by group: "all" and, if `rows` has a column `held_out`, one group per value."""
    right = (preference_margins(model, tokenizer, rows) > 0).float()
    return {
        name: PreferenceScores(len(members), 100 * float(right[members].mean()))
        for name, members in members_by_group(rows).items()
    }
