"""Token-by-token generation, either with the most likely token (greedy search) or with a random token (sampling)."""

import math
from collections.abc import Callable

import torch

from course_lib.errors import CourseError
from course_lib.generation.decoding import Decoding
from course_lib.shapes import BV, IdsB, IdsBT

Choose = Callable[[BV], IdsB]  # chooses the next token of each row


def likeliest(logits: BV) -> IdsB:
    """Choose the most likely token for each batch row, as in greedy search."""
    return logits.argmax(dim=-1)


class Sampler:
    """A callable that samples the next token from the model's distribution.

    Args:
        temperature: the number that the logits are divided by. Values below 1 sharpen the distribution, and values
            above 1 flatten it.
        top_k: sample only from this many of the most likely tokens. Default: all tokens.
        top_p: sample only from the smallest set of most likely tokens whose total probability reaches this value.
            Default: all tokens.
        seed: the seed of the random number generator.

    Raises:
        CourseError: `temperature` is not greater than 0, `top_k` is below 1, or `top_p` is not between 0 and 1.

    (For top_p, see Holtzman et al. 2020, section 3.1)
    """

    def __init__(self, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None, seed: int = 0):
        if not 1e-6 <= temperature < math.inf:
            raise CourseError(
                f"temperature must be greater than 0, got {temperature}; for greedy search, use `likeliest` instead"
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
        """Compute the distribution that tokens are sampled from, after temperature, top_k, and top_p are applied."""
        logits, order = (logits.float() / self.temperature).sort(dim=-1, descending=True)
        if self.top_k is not None:
            logits[:, self.top_k :] = -torch.inf
        if self.top_p is not None:
            p = logits.softmax(dim=-1)
            logits[p.cumsum(dim=-1) - p >= self.top_p] = -torch.inf  # the more likely tokens already reach top_p
        return torch.zeros_like(logits).scatter(-1, order, logits.softmax(dim=-1))


@torch.inference_mode()
def generate(decoding: Decoding, start: IdsBT, end_id: int, choose: Choose = likeliest) -> list[list[int]]:
    """Generate one token after another for each batch row until the row reaches its end token.

    Args:
        decoding: the model and its cache, such as a `CachedDecoding`.
        start: the first tokens of each row, such as a prompt.
        end_id: the id of the token that ends a row.
        choose: a function that chooses token ids from logits, such as `likeliest` or a `Sampler`.

    Returns:
        The new token ids for each row, without `end_id`. Rows that don't end are cut at `decoding.max_length` tokens,
        including those of `start`.

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
