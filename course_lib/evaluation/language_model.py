"""The loss per token and the perplexity of a language model on held-out texts."""

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

if TYPE_CHECKING:  # slow to import
    import datasets


@dataclass(frozen=True)
class LanguageScores:
    """The scores of a language model on a set of texts.

    Attributes:
        texts: the number of texts.
        loss: the mean loss per predicted token, in nats.
        perplexity: the exponential of the loss.
    """

    texts: int
    loss: float
    perplexity: float


@torch.no_grad()
def mean_loss(model: Model, batches: Batches) -> float:
    """Compute a model's mean loss per predicted token over all batches, in nats."""
    with evaluating(model) as device:
        losses = [TokenPrediction()(model, batches.batch(drawn).to(device)) for drawn in batches.epoch(0)]
    return float(sum(loss.total for loss in losses)) / sum(loss.count for loss in losses)


def score_texts(model: Model, texts: Sequence[list[int]], tokens_per_batch: int = 8000) -> LanguageScores:
    """Compute the loss and the perplexity of a decoder-only model on texts.

    Args:
        model: a decoder-only model, such as an `Llm`.
        texts: lists of token ids that end with <eos>.
        tokens_per_batch: the maximum number of tokens per batch.
    """
    loss = mean_loss(model, text_batches(texts, predict_next, tokens_per_batch))
    return LanguageScores(len(texts), loss, math.exp(loss))


def evaluate_language_model(
    model: Model, tokenizer: TextTokenizer, rows: "datasets.Dataset"
) -> dict[str, LanguageScores]:
    """Compute the loss and the perplexity of a language model on a data set.

    Args:
        model: a decoder-only model, such as an `Llm`.
        tokenizer: the tokenizer of the model.
        rows: a data set with the column `text`. Texts that are longer than the model's context are cut.

    Returns:
        The scores by group: "all" and, if `rows` has a column `held_out`, one group per value of this column.
    """
    texts = [ids[: model.config.max_length] for ids in tokenizer.encode_batch(rows["text"])]
    return {name: score_texts(model, [texts[i] for i in members]) for name, members in members_by_group(rows).items()}
