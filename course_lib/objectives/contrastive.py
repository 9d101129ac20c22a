"""Contrastive learning of pictures and captions (slide "Contrastive Language-Image Pre-Training", step 1)."""

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
    """Compute CLIP's contrastive loss, which is the mean of two cross-entropies: over the rows and over the columns.

    Each picture must be matched with its caption among all captions of the batch, and each caption with its picture.
    The loss is summed over the pairs.

    Args:
        logits: similarities of pictures (rows) and captions (columns), with the pairs on the diagonal.
        same: a mask that is True where two pairs have the same caption, see `same_rows`. Such pairs don't count as
            wrong answers for each other. Default: all captions are different.

    (Radford et al. 2021, figure 3)
    """
    logits = logits.float()
    if same is not None:
        logits = logits.masked_fill(same & ~diagonal(logits), -math.inf)
    pairs = torch.arange(len(logits), device=logits.device)
    both = F.cross_entropy(logits, pairs, reduction="sum") + F.cross_entropy(logits.T, pairs, reduction="sum")
    return TokenLoss(both / 2, len(logits))


def sigmoid_contrastive(logits: BB, same: BoolsBB | None = None) -> TokenLoss:
    """Compute SigLIP's sigmoid loss, which treats each combination of a picture and a caption as a yes/no question.

    The loss is -log p(yes) for the pairs and -log p(no) for all other combinations, summed over all combinations. The
    arguments are those of `contrastive`. (Zhai et al. 2023, equation 1)
    """
    own = diagonal(logits)
    losses = -F.logsigmoid(torch.where(own, logits, -logits).float())
    if same is not None:
        losses = losses.masked_fill(same & ~own, 0.0)
    return TokenLoss(losses.sum(), len(logits))


def diagonal(logits: BB) -> BoolsBB:
    """Return a bool mask with the shape of `logits` that is True on the diagonal."""
    return torch.eye(len(logits), dtype=torch.bool, device=logits.device)


def same_rows(tokens: IdsBT) -> BoolsBB:
    """Compare all captions of a batch with each other, and return a mask that is True where two captions are equal."""
    return (tokens.unsqueeze(0) == tokens.unsqueeze(1)).all(dim=-1)


@dataclass(frozen=True)
class Contrastive:
    """The training objective for a `Clip`: match each picture with its caption among all captions in the batch.

    If there are several captions per picture, the first captions of all pictures are compared with each other, then the
    second ones, and so on. Two pairs with the same caption don't count as wrong answers for each other. Each process
    compares only the rows that it sees at the same time, so this objective can't be used with gradient accumulation.

    Args:
        loss: the loss function, `contrastive` or `sigmoid_contrastive`.
    """

    compares_rows: ClassVar[bool] = True

    loss: Callable[[BB, BoolsBB], TokenLoss] = contrastive

    def __call__(self, model: nn.Module, batch: CaptionBatch) -> TokenLoss:
        """Return the loss of a `Clip` on a batch, summed over the pairs of pictures and captions."""
        captions = batch.tokens.unbind(dim=1)
        logits = model(batch.pixels, torch.cat(captions)).logits.split(len(batch.pixels), dim=1)
        parts = [self.loss(part, same_rows(tokens)) for part, tokens in zip(logits, captions, strict=True)]
        return TokenLoss(sum(part.total for part in parts), sum(part.count for part in parts))
