"""The loss of a decoder at different positions in a text."""

from collections.abc import Sequence

import torch

from course_lib.data import predict_next
from course_lib.models import Llm


@torch.no_grad()
def loss_by_position(model: Llm, texts: Sequence[list[int]]) -> torch.Tensor:
    """Compute the mean loss at each position over a set of texts, in nats.

    Args:
        model: a decoder.
        texts: lists of token ids, all of the same length.
    """
    batch = predict_next(texts)
    log_p = model(batch.tokens).log_softmax(dim=-1)
    return -log_p.gather(-1, batch.labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)


@torch.no_grad()
def loss_after_gap(model: Llm, texts: Sequence[list[int]], gap: int, last: int = 16) -> float:
    """Compute the mean loss at the end of texts, in nats, when a gap separates the positions of their two halves.

    Each query has the same number of keys as without the gap. Only the distances between the two halves are larger.

    Args:
        model: a decoder.
        texts: lists of token ids, all of the same length.
        gap: the number of positions to skip.
        last: the number of positions at the end of each text to average over.
    """
    batch = predict_next(texts)
    here = torch.arange(batch.tokens.shape[1])
    positions = (here + gap * (here >= len(here) // 2)).expand(len(batch.tokens), -1)
    log_p = model(batch.tokens, positions).log_softmax(dim=-1)
    return -float(log_p.gather(-1, batch.labels.unsqueeze(-1))[:, -last:].mean())
