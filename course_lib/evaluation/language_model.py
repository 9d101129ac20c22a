"""How well a language model expects texts: loss per token and perplexity over a held-out set."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import Batches, TextTokenizer, predict_next, text_batches
from course_lib.evaluation.groups import members_by_group
from course_lib.models import evaluating
from course_lib.models.base import Model
from course_lib.objectives import TokenPrediction

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True)
class LanguageScores:
    """Scores of a set of texts: `loss` in nats per token, and `perplexity`, its exponential."""

    texts: int
    loss: float
    perplexity: float


@torch.no_grad()
def mean_loss(model: Model, batches: Batches) -> float:
    """The loss per token of a model that predicts them, over all `Batches`, in nats."""
    with evaluating(model) as device:
        losses = [TokenPrediction()(model, batches.batch(drawn).to(device)) for drawn in batches.epoch(0)]
    return float(sum(loss.total for loss in losses)) / sum(loss.count for loss in losses)


def score_texts(model: Model, texts: Sequence[list[int]], tokens_per_batch: int = 8000) -> LanguageScores:
    """The `LanguageScores` of a decoder-only model on `texts`, lists of ids that end in <eos>."""
    loss = mean_loss(model, text_batches(texts, predict_next, tokens_per_batch))
    return LanguageScores(len(texts), loss, math.exp(loss))


def evaluate_language_model(
    model: Model, tokenizer: TextTokenizer, rows: "datasets.Dataset"
) -> dict[str, LanguageScores]:
    """Score the `text` of `rows`; texts longer than the model's context are cut there.

    Returns:
        `LanguageScores` by group: "all", and one for each kind of `held_out` where the rows have that column.
    """
    texts = [ids[: model.config.max_length] for ids in tokenizer.encode_batch(rows["text"])]
    return {name: score_texts(model, [texts[i] for i in members]) for name, members in members_by_group(rows).items()}
