"""Speculative decoding: a cheap draft proposes several tokens, and the model verifies all of them in one step.

(Leviathan et al. 2023)
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F

from course_lib.models.base import Model
from course_lib.nn import PagedCache, PagePool
from course_lib.shapes import NV, GuessesV, Logits, PositionsV


def greedy(logits: Logits) -> Logits:
    """Return the distribution of greedy decoding: probability 1 for the most likely token, and 0 for all others.

    For sampling instead, use `Sampler.probabilities`.
    """
    return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)


class Reader:
    """A model with a KV cache for one sequence, from which the last tokens can be removed again.

    Args:
        model: a model in eval mode, such as an `Llm`.
        length: the maximum number of tokens in the sequence.
    """

    def __init__(self, model: Model, length: int):
        self.model, self.pool = model, PagePool(-(-length // 16))
        self.table = self.pool.open([], length)

    @torch.inference_mode()
    def logits(self, ids: Sequence[int]) -> NV:
        """Process the tokens that are not in the cache yet, and return the logits after each of them.

        Args:
            ids: the token ids of the whole sequence, including those in the cache.
        """
        new = torch.tensor([ids[self.table.length :]], device=next(self.model.parameters()).device)
        logits = self.model(new, cache=PagedCache(self.pool, [self.table], self.model.config.num_layers))[0]
        if self.model.suppressed:
            logits[:, self.model.suppressed] = -torch.inf
        return logits

    def back_to(self, length: int) -> None:
        """Shorten the cached sequence to its first `length` tokens."""
        self.table.length = min(self.table.length, length)


@runtime_checkable
class Draft(Protocol):
    """The interface of a draft, which proposes tokens for the model to verify."""

    def propose(self, ids: Sequence[int], count: int) -> tuple[list[int], GuessesV]:
        """Propose up to `count` tokens to follow `ids`.

        Returns:
            The proposed token ids, and the distribution that each of them was sampled from.
        """


class ModelDraft:
    """A draft that samples its proposals from a smaller model with the same vocabulary.

    Args:
        model: the smaller model, in eval mode.
        length: the maximum number of tokens in the sequence.
        distribution: a function that converts logits to probabilities, such as `greedy`.
        random: the random number generator.
    """

    def __init__(self, model: Model, length: int, distribution: Callable, random: torch.Generator):
        self.reader, self.distribution, self.random = Reader(model, length), distribution, random

    def propose(self, ids: Sequence[int], count: int) -> tuple[list[int], GuessesV]:
        """Propose `count` tokens sampled from the smaller model. The return values are explained in `Draft`."""
        self.reader.back_to(len(ids) - 1)  # the last token was chosen by the model, not by this draft
        proposed, drawn_from = [], []
        for _ in range(count):
            q = self.distribution(self.reader.logits([*ids, *proposed])[-1:])
            proposed.append(draw(q[0], self.random))
            drawn_from.append(q)
        return proposed, torch.cat(drawn_from)


class LookupDraft:
    """A draft by prompt lookup, which needs no model.

    It looks for an earlier occurrence of the last tokens, and proposes the tokens that followed there.

    Args:
        vocab_size: the size of the vocabulary.
        size: the number of last tokens to look up.

    (Saxena 2023)
    """

    def __init__(self, vocab_size: int, size: int = 2):
        self.vocab_size, self.size = vocab_size, size

    def propose(self, ids: Sequence[int], count: int) -> tuple[list[int], GuessesV]:
        """Propose the tokens that followed an earlier occurrence of the last tokens, or none if there wasn't one."""
        end = list(ids[-self.size :])
        starts = range(len(ids) - self.size - 1, -1, -1)
        found = next((i for i in starts if list(ids[i : i + self.size]) == end), None)
        proposed = [] if found is None else list(ids[found + self.size :][:count])
        return proposed, F.one_hot(torch.tensor(proposed, dtype=torch.long), self.vocab_size).float()


def draw(p: torch.Tensor, random: torch.Generator) -> int:
    """Sample a token id from a probability distribution over the vocabulary."""
    return int(torch.multinomial(p.cpu(), 1, generator=random))


def accept(proposed: Sequence[int], q: GuessesV, p: PositionsV, random: torch.Generator) -> list[int]:
    """Accept or reject the proposed tokens in order, and sample one new token after the last accepted one.

    If all proposals are accepted, the new token is sampled from `p`. Otherwise it is sampled from the positive part of
    `p - q`, normalized. The returned tokens then have the same distribution as tokens sampled from `p`, whatever `q`
    is.

    Args:
        proposed: the proposed token ids.
        q: the distributions that the proposed tokens were sampled from.
        p: the model's distributions at the same positions and at the next position.
        random: the random number generator.

    Returns:
        The accepted token ids, followed by the new one.

    (Leviathan et al. 2023, appendix A.1)
    """
    for i, id in enumerate(proposed):
        if torch.rand((), generator=random) * q[i, id] >= p[i, id]:
            return [*proposed[:i], draw((p[i] - q[i]).clamp_min(0), random)]
    return [*proposed, draw(p[-1], random)]


@dataclass
class Speculation:
    """The result of speculative decoding.

    Attributes:
        ids: the generated token ids.
        proposed: the number of tokens that the draft proposed in each step.
        accepted: the number of proposed tokens that the model accepted in each step.
    """

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
    """Complete a prompt by speculative decoding.

    The completion has the same distribution as if it were sampled from the model alone.

    Args:
        prompt: the token ids to complete.
        model: a model in eval mode, such as an `Llm`.
        draft: the draft that proposes tokens, such as a `ModelDraft` or a `LookupDraft`.
        end_ids: the ids of the tokens that end a completion. The result includes the end token.
        distribution: a function that converts logits to probabilities, such as `greedy` or `Sampler.probabilities`.
        count: the maximum number of proposed tokens per step.
        max_new_tokens: the maximum length of the completion.
        seed: the seed of the random number generator.
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
