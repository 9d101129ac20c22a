"""One token at a time, each chosen from the model's distribution (greedy search is the choice of the most likely)."""

import math
from collections.abc import Callable

import torch

from course_lib.errors import CourseError
from course_lib.generation.decoding import Decoding
from course_lib.shapes import BV, IdsBT, PositionsB

Choose = Callable[[BV], PositionsB]  # picks the next token of each row


def likeliest(logits: BV) -> PositionsB:
    """The greedy choice."""
    return logits.argmax(dim=-1)


class Sampler:
    """A random choice by the model's distribution.

    Args:
        temperature: divides the logits; below 1 sharpens the distribution, above 1 flattens it.
        top_k: only the `top_k` likeliest tokens may be chosen.
        top_p: only the most likely tokens that together reach this probability may (Holtzman et al. 2020, section 3.1).
        seed: of the choices.

    Raises:
        CourseError: a `temperature` that is not (clearly) above 0, a `top_k` below 1, or a `top_p` that is no share.
    """

    def __init__(self, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None, seed: int = 0):
        if not 1e-6 <= temperature < math.inf:
            raise CourseError(f"temperature must be above 0 (the greedy choice is `likeliest`), got {temperature}")
        if top_k is not None and top_k < 1:
            raise CourseError(f"top_k must be 1 or more (None: all tokens), got {top_k}")
        if top_p is not None and not 0 < top_p <= 1:
            raise CourseError(f"top_p must be above 0, and 1 at most (None: all tokens), got {top_p}")
        self.temperature, self.top_k, self.top_p = temperature, top_k, top_p
        self.random = torch.Generator().manual_seed(seed)

    def __call__(self, logits: BV) -> PositionsB:
        return torch.multinomial(self.probabilities(logits).cpu(), 1, generator=self.random)[:, 0].to(logits.device)

    def probabilities(self, logits: BV) -> BV:
        """The distribution that is drawn from."""
        logits, order = (logits.float() / self.temperature).sort(dim=-1, descending=True)
        if self.top_k is not None:
            logits[:, self.top_k :] = -torch.inf
        if self.top_p is not None:
            p = logits.softmax(dim=-1)
            logits[p.cumsum(dim=-1) - p >= self.top_p] = -torch.inf  # what comes before already suffices
        return torch.zeros_like(logits).scatter(-1, order, logits.softmax(dim=-1))


@torch.inference_mode()
def generate(decoding: Decoding, start: IdsBT, end_id: int, choose: Choose = likeliest) -> list[list[int]]:
    """Extend every row until it ends.

    Args:
        decoding: such as a `CachedDecoding`.
        start: the first tokens of the outputs.
        end_id: the token that ends an output.
        choose: a function from logits to token ids, such as `likeliest` or a `Sampler`.

    Returns:
        For each row the list of new ids, without `end_id`. Rows that don't end stop at the decoding's `max_length`.

    Raises:
        CourseError: the first tokens leave no room for another.
    """
    if start.shape[1] >= decoding.max_length:
        raise CourseError(
            f"a prompt of {start.shape[1]} tokens leaves no room for more: {decoding.max_length} is the most"
        )
    outputs = [[] for _ in range(len(start))]
    rows, tokens = list(range(len(start))), start
    for _ in range(decoding.max_length - start.shape[1]):
        chosen = choose(decoding.next_logits(tokens))
        going = (chosen != end_id).nonzero()[:, 0]
        if len(going) < len(rows):
            rows = [rows[i] for i in going]
            chosen = chosen[going]
            decoding.select(going)
        if not rows:
            break
        for row, id in zip(rows, chosen.tolist(), strict=True):
            outputs[row].append(id)
        tokens = chosen[:, None]
    return outputs
