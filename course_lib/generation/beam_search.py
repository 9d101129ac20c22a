"""Beam search: keep the best few outputs at each step instead of one (Sutskever et al. 2014, section 3.2)."""

import math
from dataclasses import dataclass, field

import torch

from course_lib.errors import CourseError
from course_lib.generation.decoding import Decoding
from course_lib.shapes import IdsB1


@dataclass
class Found:
    """The finished outputs of a row, as (score, ids)."""

    outputs: list = field(default_factory=list)

    def add(self, log_p: float, ids: list[int], length_penalty: float) -> None:
        """Add an output with its score, log-probability / length ** `length_penalty`. The end token counts."""
        self.outputs.append((log_p / (len(ids) + 1) ** length_penalty, ids))

    def best(self) -> list[int]:
        """Return the ids of the output with the best score."""
        return max(self.outputs)[1]


@torch.inference_mode()
def beam_search(
    decoding: Decoding, start: IdsB1, end_id: int, beam_size: int = 5, length_penalty: float = 1.0
) -> list[list[int]]:
    """Find the most likely output of each row by keeping the `beam_size` best candidates at each step.

    The search of a row ends when `beam_size` of its candidates have ended.

    Args:
        decoding: the model and its cache, such as a `CachedDecoding`.
        start: the first token of each output.
        end_id: the token that ends an output.
        beam_size: the number of candidates per row. 1 is greedy search.
        length_penalty: 0 compares log-probabilities, which favors short outputs; 1 compares means per token.

    Returns:
        The list of new ids for each row, without `end_id`. If no candidate ends within `max_length`, the best
        unfinished one.

    Raises:
        CourseError: `beam_size` is below 1, or `length_penalty` is not finite.
    """
    if beam_size < 1 or not math.isfinite(length_penalty):
        raise CourseError(
            f"beam_size must be 1 or more and length_penalty finite, got {beam_size} and {length_penalty}"
        )
    found = [Found() for _ in range(len(start))]
    rows = list(range(len(start)))  # the rows whose search is not finished
    tokens, scores, ids = start, torch.zeros(len(start), 1, device=start.device), start.new_empty(len(start), 1, 0)
    for _ in range(decoding.max_length - 1):
        log_p = decoding.next_logits(tokens).float().log_softmax(dim=-1)
        scores, parents, chosen = extend(scores, log_p, beam_size)
        ids = torch.cat([pick(ids, parents), chosen.unsqueeze(-1)], dim=-1)

        ended = chosen == end_id
        for i, rank in (ended & scores.isfinite())[:, :beam_size].nonzero().tolist():
            found[rows[i]].add(float(scores[i, rank]), ids[i, rank, :-1].tolist(), length_penalty)
        scores = scores.masked_fill(ended, -torch.inf)  # ended candidates can stay in a wide beam, but can't win
        alive = torch.tensor([len(found[row].outputs) < beam_size for row in rows], device=start.device)
        if not alive.any():
            return [row.best() for row in found]

        # The best unfinished candidates, in order, because ended ones are sorted to the end.
        going = ended.int().argsort(dim=1, stable=True)[alive, :beam_size]
        first = torch.arange(len(rows), device=start.device)[alive, None] * (len(log_p) // len(rows))
        scores, ids = scores[alive].gather(1, going), pick(ids[alive], going)
        decoding.select((first + parents[alive].gather(1, going)).flatten())
        rows = [row for row, goes_on in zip(rows, alive.tolist(), strict=True) if goes_on]
        tokens = ids[:, :, -1].reshape(-1, 1)
    for i, row in enumerate(rows):
        if not found[row].outputs:
            found[row].add(float(scores[i, 0]), ids[i, 0].tolist(), length_penalty)
    return [row.best() for row in found]


def pick(ids: torch.Tensor, candidates: torch.Tensor) -> torch.Tensor:
    """Select candidates by their indices: (B W L) and indices (B W') -> (B W' L)."""
    return ids.gather(1, candidates.unsqueeze(-1).expand(-1, -1, ids.shape[-1]))


def extend(
    scores: torch.Tensor, log_p: torch.Tensor, beam_size: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the best 2 · beam_size extensions by one token.

    This number suffices to keep `beam_size` candidates even if `beam_size` of the extensions end here.

    Args:
        scores: log-probabilities of the candidates so far, B W.
        log_p: log-probabilities of each candidate's next token, (B W) V.
        beam_size: the number of candidates per row.

    Returns:
        The scores, the indices of the extended candidates, and the new ids: three tensors of B 2·beam_size, best first.
    """
    totals = (scores.unsqueeze(-1) + log_p.view(*scores.shape, -1)).flatten(1)
    scores, flat = totals.topk(min(2 * beam_size, totals.shape[1]))
    return scores, flat // log_p.shape[-1], flat % log_p.shape[-1]
