"""Token-by-token generation with a choice from the model's distribution: greedy search and sampling."""

import math
from collections.abc import Callable

import torch

from course_lib.errors import CourseError
from course_lib.generation.decoding import Decoding
from course_lib.shapes import BV, IdsB, IdsBT

Choose = Callable[[BV], IdsB]  # chooses the next token of each row


def likeliest(logits: BV) -> IdsB:
    """Return the most likely token of each row (the greedy choice)."""
    return logits.argmax(dim=-1)


class Sampler:
    """A random choice from the model's distribution.

    Args:
        temperature: divides the logits. Values below 1 sharpen the distribution, values above 1 flatten it.
        top_k: sample only from the `top_k` most likely tokens. Default: all tokens.
        top_p: sample only from the most likely tokens that together reach this probability. Default: all tokens.
        seed: the seed of the random choices.

    Raises:
        CourseError: `temperature` is not greater than 0, `top_k` is below 1, or `top_p` is not between 0 and 1.

    (top_p: Holtzman et al. 2020, section 3.1)
    """

    def __init__(self, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None, seed: int = 0):
        if not 1e-6 <= temperature < math.inf:
            raise CourseError(
                f"temperature must be greater than 0 (for greedy search, use `likeliest`), got {temperature}"
            )
        if top_k is not None and top_k < 1:
            raise CourseError(f"top_k must be 1 or more (None keeps all tokens), got {top_k}")
        if top_p is not None and not 0 < top_p <= 1:
            raise CourseError(f"top_p must be greater than 0 and at most 1 (None keeps all tokens), got {top_p}")
        self.temperature, self.top_k, self.top_p = temperature, top_k, top_p
        self.random = torch.Generator().manual_seed(seed)

    def __call__(self, logits: BV) -> IdsB:
        return torch.multinomial(self.probabilities(logits).cpu(), 1, generator=self.random)[:, 0].to(logits.device)

    def probabilities(self, logits: BV) -> BV:
        """Return the distribution that the sampler draws from."""
        logits, order = (logits.float() / self.temperature).sort(dim=-1, descending=True)
        if self.top_k is not None:
            logits[:, self.top_k :] = -torch.inf
        if self.top_p is not None:
            p = logits.softmax(dim=-1)
            logits[p.cumsum(dim=-1) - p >= self.top_p] = -torch.inf  # more likely tokens already reach top_p
        return torch.zeros_like(logits).scatter(-1, order, logits.softmax(dim=-1))


@torch.inference_mode()
def generate(decoding: Decoding, start: IdsBT, end_id: int, choose: Choose = likeliest) -> list[list[int]]:
    """Generate tokens for every row until it ends.

    Args:
        decoding: the model and its cache, such as a `CachedDecoding`.
        start: the first tokens of the outputs.
        end_id: the token that ends an output.
        choose: a function from logits to token ids, such as `likeliest` or a `Sampler`.

    Returns:
        The list of new ids for each row, without `end_id`. Rows that don't end are cut at the `max_length` of
        `decoding`.

    Raises:
        CourseError: `start` leaves no room for another token.
    """
    if start.shape[1] >= decoding.max_length:
        raise CourseError(
            f"a prompt must have fewer than {decoding.max_length} tokens, got {start.shape[1]}; shorten the prompt"
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
