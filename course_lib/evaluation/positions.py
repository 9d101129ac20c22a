"""The loss of a decoder as a function of the position in the text."""

from collections.abc import Sequence

import torch

from course_lib.data import predict_next
from course_lib.models import Llm


@torch.no_grad()
def loss_by_position(model: Llm, texts: Sequence[list[int]]) -> torch.Tensor:
    """Return the mean loss at each position, in nats, for texts of equal length."""
    batch = predict_next(texts)
    log_p = model(batch.tokens).log_softmax(dim=-1)
    return -log_p.gather(-1, batch.labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)


@torch.no_grad()
def loss_after_gap(model: Llm, texts: Sequence[list[int]], gap: int, last: int = 16) -> float:
    """Return the mean loss at the last positions after moving the second half of each text by `gap` positions.

    The number of keys per query stays the same. Only the distances between the two halves grow.

    Args:
        model: an `Llm`.
        texts: lists of token ids of equal length.
        gap: the number of positions to skip.
        last: the number of positions to average over.
    """
    batch = predict_next(texts)
    here = torch.arange(batch.tokens.shape[1])
    positions = (here + gap * (here >= len(here) // 2)).expand(len(batch.tokens), -1)
    log_p = model(batch.tokens, positions).log_softmax(dim=-1)
    return -float(log_p.gather(-1, batch.labels.unsqueeze(-1))[:, -last:].mean())
