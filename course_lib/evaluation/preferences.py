"""How good a reward model is: how often it prefers what people prefer, and whether it knows when it is sure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import ChatTemplate, Tokenizer, preference_batches, preference_examples
from course_lib.evaluation.groups import members_by_group
from course_lib.models import Scorer, evaluating
from course_lib.objectives import pair_scores
from course_lib.shapes import PerRow

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True)
class PreferenceScores:
    """Scores of a set of pairs: `accuracy`, the share whose chosen answer scores higher, in percent."""

    pairs: int
    accuracy: float


@torch.no_grad()
def preference_margins(
    model: Scorer, tokenizer: Tokenizer, rows: "datasets.Dataset", tokens_per_batch: int = 8000
) -> PerRow:
    """Score of the chosen minus score of the rejected answer, for each of `rows` (see `load_preferences`)."""
    pairs = preference_examples(rows, ChatTemplate(tokenizer), model.config.max_length)
    with evaluating(model) as device:
        scores = preference_batches(pairs, tokens_per_batch).of_each(lambda batch: pair_scores(model, batch.to(device)))
    return scores[:, 0] - scores[:, 1]


def evaluate_preferences(model: Scorer, tokenizer: Tokenizer, rows: "datasets.Dataset") -> dict[str, PreferenceScores]:
    """`PreferenceScores` by group: "all", and one for each kind of `held_out` where the rows have that column."""
    right = (preference_margins(model, tokenizer, rows) > 0).float()
    return {
        name: PreferenceScores(len(members), 100 * float(right[members].mean()))
        for name, members in members_by_group(rows).items()
    }
