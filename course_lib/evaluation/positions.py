"""How the loss of a decoder depends on the position in the text."""

from collections.abc import Sequence

import torch

from course_lib.data import predict_next
from course_lib.models import Llm


@torch.no_grad()
def loss_by_position(model: Llm, texts: Sequence[list[int]]) -> torch.Tensor:
    """The mean loss at each position of texts of one length, in nats."""
    batch = predict_next(texts)
    log_p = model(batch.tokens).log_softmax(dim=-1)
    return -log_p.gather(-1, batch.labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)


@torch.no_grad()
def loss_after_gap(model: Llm, texts: Sequence[list[int]], gap: int, last: int = 16) -> float:
    """The mean loss at the last positions of texts whose second half is moved `gap` positions further on.

    No query sees more keys than without the gap, and its nearest keys are where they were. Only the distances across
    the gap are larger.
    """
    batch = predict_next(texts)
    here = torch.arange(batch.tokens.shape[1])
    positions = (here + gap * (here >= len(here) // 2)).expand(len(batch.tokens), -1)
    log_p = model(batch.tokens, positions).log_softmax(dim=-1)
    return -float(log_p.gather(-1, batch.labels.unsqueeze(-1))[:, -last:].mean())
