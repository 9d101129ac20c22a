"""The interface between a search and a model: next-token logits for a batch of outputs, with and without a cache."""

from typing import Protocol, runtime_checkable

import torch

from course_lib.models.base import Model
from course_lib.nn import DecoderCache
from course_lib.shapes import BV, IdsBS, IdsBT, Rows

LAST = (slice(None), -1)  # as `keep` of a model: the last position of each row


@runtime_checkable
class Decoding(Protocol):
    """The interface that a search needs. `max_length` is the maximum number of tokens per output."""

    max_length: int

    def next_logits(self, tokens: IdsBT) -> BV:
        """Append `tokens` to the outputs and return the logits of the next token."""

    def select(self, rows: Rows) -> None:
        """Keep the outputs with these indices, which can drop, repeat, or reorder outputs."""


class TextDecoding:
    """Decoding with a decoder-only model and a KV cache: each token is processed only once.

    Args:
        model: a decoder-only model in eval mode, such as an `Llm`.
        positions: the positions of the first tokens, for rows that are padded on the left (-1). Default: 0, 1, ...
        max_length: the maximum number of tokens per row, including the prompt and padding. Default: the model's context
            length.
        cache: the cache of an earlier sequence to continue. Default: an empty cache.
        inputs: other inputs of the model that come with the first tokens, such as the `features` of pictures.
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
        """Append `tokens` to the outputs and return the logits of the next token."""
        inputs, self.inputs = self.inputs, {}
        logits = self.model(tokens, cache=self.cache, keep=LAST, **inputs)
        if self.suppressed:
            logits[:, self.suppressed] = -torch.inf
        return logits

    def select(self, rows: Rows) -> None:
        """Keep the outputs with these indices, which can drop, repeat, or reorder outputs."""
        self.cache.select(rows)


class CachedDecoding(TextDecoding):
    """Decoding with a translator: the cache also stores the keys and values of the encoder's output.

    Args:
        model: a `Translator` in eval mode.
        source: the token ids of the sentences to translate.
    """

    def __init__(self, model: Model, source: IdsBS):
        super().__init__(model, max_length=longest_output(model, source), cache=model.new_cache(source))
        self.model = model.decoder


class RecomputingDecoding:
    """Decoding with a translator but without a cache, for comparison: each step processes the whole output again."""

    def __init__(self, model: Model, source: IdsBS):
        self.decoder, self.max_length = model.decoder, longest_output(model, source)
        self.memory, self.tokens = model.encode(source), source.new_empty(len(source), 0)

    def next_logits(self, tokens: IdsBT) -> BV:
        """Append `tokens` to the outputs and return the logits of the next token."""
        self.tokens = torch.cat([self.tokens, tokens], dim=1)
        return self.decoder(self.tokens, self.memory, keep=LAST)

    def select(self, rows: Rows) -> None:
        """Keep the outputs with these indices, which can drop, repeat, or reorder outputs."""
        self.memory, self.tokens = self.memory.select(rows), self.tokens[rows]


def longest_output(model: Model, source: IdsBS) -> int:
    """Return the maximum length of a translation: twice the source plus 10 tokens.

    The limit makes an untrained model stop too.
    """
    return min(model.config.max_length, 2 * source.shape[1] + 10)
