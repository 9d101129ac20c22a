"""Speculative decoding: a draft guesses several tokens, the model checks them at once (Leviathan et al. 2023)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F

from course_lib.models.base import Model
from course_lib.nn import PagedCache, PagePool
from course_lib.shapes import NV, GuessesV, Logits, PositionsV


def greedy(logits: Logits) -> Logits:
    """The distribution of the greedy choice: 1 for the most likely token. See also `Sampler.probabilities`."""
    return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)


class Reader:
    """A model that reads one text, and can go back in it.

    Args:
        model: such as an `Llm`, in eval mode.
        length: the most tokens that the text may have.
    """

    def __init__(self, model: Model, length: int):
        self.model, self.pool = model, PagePool(-(-length // 16))
        self.table = self.pool.open([], length)

    @torch.inference_mode()
    def logits(self, ids: Sequence[int]) -> NV:
        """The logits behind each of `ids` that it hasn't read yet."""
        new = torch.tensor([ids[self.table.length :]], device=next(self.model.parameters()).device)
        logits = self.model(new, cache=PagedCache(self.pool, [self.table], self.model.config.num_layers))[0]
        if self.model.suppressed:
            logits[:, self.model.suppressed] = -torch.inf
        return logits

    def back_to(self, length: int) -> None:
        """Forget what stands behind the first `length` tokens."""
        self.table.length = min(self.table.length, length)


@runtime_checkable
class Draft(Protocol):
    """Who guesses."""

    def propose(self, ids: Sequence[int], count: int) -> tuple[list[int], GuessesV]:
        """Up to `count` tokens that may follow `ids`, and the distributions that they were drawn from."""


class ModelDraft:
    """A smaller model of the same vocabulary.

    Args:
        model: in eval mode.
        length: the most tokens that the text may have.
        distribution: from logits to probabilities, such as `greedy`.
        random: of the choices.
    """

    def __init__(self, model: Model, length: int, distribution: Callable, random: torch.Generator):
        self.reader, self.distribution, self.random = Reader(model, length), distribution, random

    def propose(self, ids: Sequence[int], count: int) -> tuple[list[int], GuessesV]:
        """See `Draft`."""
        self.reader.back_to(len(ids) - 1)  # the newest token is not its own
        proposed, drawn_from = [], []
        for _ in range(count):
            q = self.distribution(self.reader.logits([*ids, *proposed])[-1:])
            proposed.append(draw(q[0], self.random))
            drawn_from.append(q)
        return proposed, torch.cat(drawn_from)


class LookupDraft:
    """Prompt look-up: what followed when the last `size` tokens stood in the text before (Saxena 2023).

    Args:
        vocab_size: V.
        size: of what is looked for.
    """

    def __init__(self, vocab_size: int, size: int = 2):
        self.vocab_size, self.size = vocab_size, size

    def propose(self, ids: Sequence[int], count: int) -> tuple[list[int], GuessesV]:
        """See `Draft`; where nothing is found, no token is proposed."""
        end = list(ids[-self.size :])
        starts = range(len(ids) - self.size - 1, -1, -1)
        found = next((i for i in starts if list(ids[i : i + self.size]) == end), None)
        proposed = [] if found is None else list(ids[found + self.size :][:count])
        return proposed, F.one_hot(torch.tensor(proposed, dtype=torch.long), self.vocab_size).float()


def draw(p: torch.Tensor, random: torch.Generator) -> int:
    """A token from a distribution, V."""
    return int(torch.multinomial(p.cpu(), 1, generator=random))


def accept(proposed: Sequence[int], q: GuessesV, p: PositionsV, random: torch.Generator) -> list[int]:
    """As many proposed tokens as stand the test, and one token of the model's own behind them.

    Together they are distributed as if all were drawn from `p`, whatever `q` is (Leviathan et al. 2023, appendix A.1).

    Args:
        proposed: ids.
        q: what each was drawn from.
        p: what the model would draw from at each of these places, and behind the last.
        random: of the choices.
    """
    for i, id in enumerate(proposed):
        if torch.rand((), generator=random) * q[i, id] >= p[i, id]:
            return [*proposed[:i], draw((p[i] - q[i]).clamp_min(0), random)]
    return [*proposed, draw(p[-1], random)]


@dataclass
class Speculation:
    """A text written by speculation: the ids, and for each pass through the model how many guesses it saw and took."""

    ids: list[int] = field(default_factory=list)
    proposed: list[int] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)


def speculate(
    prompt: Sequence[int],
    model: Model,
    draft: Draft,
    end_ids: Collection[int],
    distribution: Callable = greedy,
    count: int = 4,
    max_new_tokens: int = 64,
    seed: int = 0,
) -> Speculation:
    """Go on with a prompt, as if `model` had drawn each token from its `distribution`.

    Args:
        prompt: token ids.
        model: such as an `Llm`, in eval mode.
        draft: who guesses, such as a `ModelDraft` or `LookupDraft`.
        end_ids: those that end a text; the one that came is the last.
        distribution: from logits to probabilities, such as `greedy` or the `probabilities` of a `Sampler`.
        count: the most guesses for one pass.
        max_new_tokens: a text that hasn't ended by then is cut.
        seed: of the choices.
    """
    reader, random = Reader(model, len(prompt) + max_new_tokens + count), torch.Generator().manual_seed(seed)
    made = Speculation()
    while len(made.ids) < max_new_tokens and not set(made.ids[-1:]) & set(end_ids):
        ids = [*prompt, *made.ids]
        proposed, q = draft.propose(ids, count)
        p = distribution(reader.logits([*ids, *proposed])[-len(proposed) - 1 :])
        new = accept(proposed, q, p, random)
        made.proposed.append(len(proposed))
        made.accepted.append(len(new) - 1)
        end = next((i for i, id in enumerate(new, start=1) if id in end_ids), len(new))
        made.ids = [*made.ids, *new[:end]][:max_new_tokens]
        reader.back_to(len(prompt) + len(made.ids) - 1)
    return made
