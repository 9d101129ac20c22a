"""Which caption belongs to which picture? (slide "Contrastive Language-Image Pre-Training", step 1)"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.data.picture_batches import CaptionBatch
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import BB, BoolsBB, IdsBT


def contrastive(logits: BB, same: BoolsBB | None = None) -> TokenLoss:
    """Cross-entropy over the rows, and over the columns: the mean of both, summed over the pairs.

    Each picture has to find its caption among all of the batch, and each caption its picture (Radford et al. 2021,
    figure 3).

    Args:
        logits: picture i and caption i on the diagonal.
        same: where two pairs have the same caption, which then is no wrong answer; see `same_rows`.
    """
    logits = logits.float()
    if same is not None:
        logits = logits.masked_fill(same & ~diagonal(logits), -math.inf)
    pairs = torch.arange(len(logits), device=logits.device)
    both = F.cross_entropy(logits, pairs, reduction="sum") + F.cross_entropy(logits.T, pairs, reduction="sum")
    return TokenLoss(both / 2, len(logits))


def sigmoid_contrastive(logits: BB, same: BoolsBB | None = None) -> TokenLoss:
    """-log p(yes) for the pairs, -log p(no) for all other combinations (Zhai et al. 2023, equation 1).

    Arguments as in `contrastive`; no softmax, so each combination is a question of its own.
    """
    own = diagonal(logits)
    losses = -F.logsigmoid(torch.where(own, logits, -logits).float())
    if same is not None:
        losses = losses.masked_fill(same & ~own, 0.0)
    return TokenLoss(losses.sum(), len(logits))


def diagonal(logits: BB) -> BoolsBB:
    """True on the diagonal."""
    return torch.eye(len(logits), dtype=torch.bool, device=logits.device)


def same_rows(tokens: IdsBT) -> BoolsBB:
    """Which of a batch of captions are the same."""
    return (tokens.unsqueeze(0) == tokens.unsqueeze(1)).all(dim=-1)


@dataclass(frozen=True)
class Contrastive:
    """The objective of a `Clip`: `loss` is `contrastive` or `sigmoid_contrastive`.

    Where there are several captions of each picture, the first ones are held against each other, the second ones
    against each other, and so on. Captions are compared within the part of a batch that one process sees at once, so a
    plan may not cut it further. Two pairs with the same caption are never held against each other.
    """

    compares_rows: ClassVar[bool] = True

    loss: Callable[[BB, BoolsBB], TokenLoss] = contrastive

    def __call__(self, model: nn.Module, batch: CaptionBatch) -> TokenLoss:
        """Return the loss of a `Clip`, summed over the pairs of the batch."""
        captions = batch.tokens.unbind(dim=1)
        logits = model(batch.pixels, torch.cat(captions)).logits.split(len(batch.pixels), dim=1)
        parts = [self.loss(part, same_rows(tokens)) for part, tokens in zip(logits, captions, strict=True)]
        return TokenLoss(sum(part.total for part in parts), sum(part.count for part in parts))
