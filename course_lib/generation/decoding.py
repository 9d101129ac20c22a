"""The interface between search algorithms and models, which decode a batch of outputs with or without a cache."""

from typing import Protocol, runtime_checkable

import torch

from course_lib.models.base import Model
from course_lib.nn import DecoderCache
from course_lib.shapes import BV, IdsBS, IdsBT, Rows

LAST = (slice(None), -1)  # as the argument `keep` of a model, this selects the last position of each row


@runtime_checkable
class Decoding(Protocol):
    """The interface between a search, such as `generate` or `beam_search`, and the model that it decodes with.

    Attributes:
        max_length: the maximum number of tokens per output.
    """

    max_length: int

    def next_logits(self, tokens: IdsBT) -> BV:
        """Append new tokens to the outputs, and return the logits of each output's next token."""

    def select(self, rows: Rows) -> None:
        """Keep only the outputs with these indices. The indices can also reorder or repeat outputs."""


class TextDecoding:
    """Decoding with a decoder-only model and a KV cache, so that each token is processed only once.

    Args:
        model: a decoder-only model in eval mode, such as an `Llm`.
        positions: the positions of the first tokens, with -1 for padding on the left. Default: 0, 1, ...
        max_length: the maximum number of tokens per row, including the prompt and its padding. Default: the model's
            context length.
        cache: a cache with an earlier sequence to continue. Default: an empty cache.
        inputs: other inputs that the model gets together with the first tokens, such as the `features` of pictures.
    """

    def __init__(
        self,
        model: Model,
        positions: IdsBT | None = None,
        max_length: int | None = None,
        cache: DecoderCache | None = None,
        **inputs: torch.Tensor,
    ):
        self.model, self.suppressed, self.inputs = model, model.suppressed, {"positions": positions, **inputs}
        self.max_length = max_length or model.config.max_length
        self.cache = model.new_cache() if cache is None else cache

    def next_logits(self, tokens: IdsBT) -> BV:
        """Append new tokens to the outputs, and return the logits of each output's next token."""
        inputs, self.inputs = self.inputs, {}
        logits = self.model(tokens, cache=self.cache, keep=LAST, **inputs)
        if self.suppressed:
            logits[:, self.suppressed] = -torch.inf
        return logits

    def select(self, rows: Rows) -> None:
        """Keep only the outputs with these indices. The indices can also reorder or repeat outputs."""
        self.cache.select(rows)


class CachedDecoding(TextDecoding):
    """Decoding with a translator and a cache, which also stores the keys and values of the cross-attention.

    Args:
        model: a `Translator` in eval mode.
        source: the token ids of the sentences to translate.
    """

    def __init__(self, model: Model, source: IdsBS):
        super().__init__(model, max_length=longest_output(model, source), cache=model.new_cache(source))
        self.model = model.decoder


class RecomputingDecoding:
    """Decoding with a translator but without a cache, for comparison.

    Each step processes the whole output again.

    Args:
        model: a `Translator` in eval mode.
        source: the token ids of the sentences to translate.
    """

    def __init__(self, model: Model, source: IdsBS):
        self.decoder, self.max_length = model.decoder, longest_output(model, source)
        self.memory, self.tokens = model.encode(source), source.new_empty(len(source), 0)

    def next_logits(self, tokens: IdsBT) -> BV:
        """Append new tokens to the outputs, and return the logits of each output's next token."""
        self.tokens = torch.cat([self.tokens, tokens], dim=1)
        return self.decoder(self.tokens, self.memory, keep=LAST)

    def select(self, rows: Rows) -> None:
        """Keep only the outputs with these indices. The indices can also reorder or repeat outputs."""
        self.memory, self.tokens = self.memory.select(rows), self.tokens[rows]


def longest_output(model: Model, source: IdsBS) -> int:
    """Return the maximum length of a translation: twice the length of the source plus 10 tokens.

    Without this limit, an untrained model might never stop.
    """
    return min(model.config.max_length, 2 * source.shape[1] + 10)
