"""Beam search, which keeps several candidates at each step instead of one (Sutskever et al. 2014, section 3.2)."""

import math
from dataclasses import dataclass, field

import torch

from course_lib.errors import CourseError
from course_lib.generation.decoding import Decoding
from course_lib.shapes import IdsB1


@dataclass
class Found:
    """The finished outputs of one batch row, each as a pair of its score and its token ids."""

    outputs: list = field(default_factory=list)

    def add(self, log_p: float, ids: list[int], length_penalty: float) -> None:
        """Add an output, and compute its score: its log-probability divided by length ** `length_penalty`.

        Args:
            log_p: the log-probability of the output.
            ids: the token ids of the output, without the end token. The length includes the end token.
            length_penalty: the exponent of the length.
        """
        self.outputs.append((log_p / (len(ids) + 1) ** length_penalty, ids))

    def best(self) -> list[int]:
        """Return the token ids of the output with the highest score."""
        return max(self.outputs)[1]


@torch.inference_mode()
def beam_search(
    decoding: Decoding, start: IdsB1, end_id: int, beam_size: int = 5, length_penalty: float = 1.0
) -> list[list[int]]:
    """Search for the most likely output of each batch row, keeping the `beam_size` best candidates at each step.

    The search for a row stops when `beam_size` candidates have reached the end token.

    Args:
        decoding: the model and its cache, such as a `CachedDecoding`.
        start: the first token of each output.
        end_id: the id of the token that ends an output.
        beam_size: the number of candidates per row. With 1, this is greedy search.
        length_penalty: the exponent of the length by which log-probabilities are divided. With 0, the search compares
            total log-probabilities, which favors short outputs. With 1, it compares means per token.

    Returns:
        The new token ids for each row, without `end_id`. If no candidate ends within `decoding.max_length`, they are
        the ids of the best unfinished candidate.

    Raises:
        CourseError: `beam_size` is below 1, or `length_penalty` is not finite.
    """
    if beam_size < 1 or not math.isfinite(length_penalty):
        raise CourseError(
            f"beam_size must be 1 or more and length_penalty must be finite, got {beam_size} and {length_penalty}"
        )
    found = [Found() for _ in range(len(start))]
    rows = list(range(len(start)))  # the rows that are still searched
    tokens, scores, ids = start, torch.zeros(len(start), 1, device=start.device), start.new_empty(len(start), 1, 0)
    for _ in range(decoding.max_length - 1):
        log_p = decoding.next_logits(tokens).float().log_softmax(dim=-1)
        scores, parents, chosen = extend(scores, log_p, beam_size)
        ids = torch.cat([pick(ids, parents), chosen.unsqueeze(-1)], dim=-1)

        ended = chosen == end_id
        for i, rank in (ended & scores.isfinite())[:, :beam_size].nonzero().tolist():
            found[rows[i]].add(float(scores[i, rank]), ids[i, rank, :-1].tolist(), length_penalty)
        scores = scores.masked_fill(ended, -torch.inf)  # an ended candidate may stay in a wide beam, but it can't win
        alive = torch.tensor([len(found[row].outputs) < beam_size for row in rows], device=start.device)
        if not alive.any():
            return [row.best() for row in found]

        # Keep the best unfinished candidates in order: a stable sort moves the ended candidates to the end.
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
    """Select candidates by their indices within each batch row.

    Args:
        ids: the token ids of all candidates, with shape B W L.
        candidates: the indices of the selected candidates, with shape B W'.

    Returns:
        The token ids of the selected candidates, with shape B W' L.
    """
    return ids.gather(1, candidates.unsqueeze(-1).expand(-1, -1, ids.shape[-1]))


def extend(
    scores: torch.Tensor, log_p: torch.Tensor, beam_size: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Extend each candidate by one token, and return the 2 · beam_size best extensions per batch row.

    Each of the `beam_size` candidates has only one extension with the end token. So at least `beam_size` unfinished
    extensions are left.

    Args:
        scores: the log-probabilities of the candidates so far, with shape B W.
        log_p: the log-probabilities of each candidate's next token, with shape (B W) V.
        beam_size: the number of candidates to keep per row.

    Returns:
        The scores of the best extensions, the indices of the candidates that they extend, and the ids of the new
        tokens: three tensors with shape B 2·beam_size, best first.
    """
    totals = (scores.unsqueeze(-1) + log_p.view(*scores.shape, -1)).flatten(1)
    scores, flat = totals.topk(min(2 * beam_size, totals.shape[1]))
    return scores, flat // log_p.shape[-1], flat % log_p.shape[-1]
