"""How far an output has come: what a search needs of a model, token after token, for a whole batch."""

from typing import Protocol, runtime_checkable

import torch

from course_lib.models.base import Model
from course_lib.nn import DecoderCache
from course_lib.shapes import BV, IdsBS, IdsBT, Rows

LAST = (slice(None), -1)  # as `keep` of a model: the last position of each row


@runtime_checkable
class Decoding(Protocol):
    """What a search asks of a batch of outputs; `max_length` is the most tokens that one may have."""

    max_length: int

    def next_logits(self, tokens: IdsBT) -> BV:
        """Take in `tokens` and return the logits of the token that follows."""

    def select(self, rows: Rows) -> None:
        """Go on with the outputs `rows` (indices into B): dropped, repeated or in another order."""


class TextDecoding:
    """A decoder-only model going on with a batch of texts: each token is computed once, and its keys and values kept.

    Args:
        model: such as an `Llm`, in eval mode.
        positions: of the first tokens that come, where rows are padded on the left (-1); default: 0, 1, ...
        max_length: the most tokens a row may have, prompt, padding and output together; default: the model's context.
        cache: what an earlier text left, to go on from; default: an empty one.
        inputs: what else the model reads with the first tokens that come, such as the `features` of pictures.
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
        """Take in `tokens` and return the logits of the token that follows."""
        inputs, self.inputs = self.inputs, {}
        logits = self.model(tokens, cache=self.cache, keep=LAST, **inputs)
        if self.suppressed:
            logits[:, self.suppressed] = -torch.inf
        return logits

    def select(self, rows: Rows) -> None:
        """Go on with the outputs `rows` (a tensor of indices into B): dropped, repeated or in another order."""
        self.cache.select(rows)


class CachedDecoding(TextDecoding):
    """The translator at work on a batch of sources; its cache also keeps what the encoder made of them.

    Args:
        model: a `Translator`, in eval mode.
        source: token ids.
    """

    def __init__(self, model: Model, source: IdsBS):
        super().__init__(model, max_length=longest_output(model, source), cache=model.new_cache(source))
        self.model = model.decoder


class RecomputingDecoding:
    """The same without a cache, for comparison: each new token takes the whole output through the decoder again."""

    def __init__(self, model: Model, source: IdsBS):
        self.decoder, self.max_length = model.decoder, longest_output(model, source)
        self.memory, self.tokens = model.encode(source), source.new_empty(len(source), 0)

    def next_logits(self, tokens: IdsBT) -> BV:
        """Take in `tokens` and return the logits of the token that follows."""
        self.tokens = torch.cat([self.tokens, tokens], dim=1)
        return self.decoder(self.tokens, self.memory, keep=LAST)

    def select(self, rows: Rows) -> None:
        """Go on with the outputs `rows` (a tensor of indices into B)."""
        self.memory, self.tokens = self.memory.select(rows), self.tokens[rows]


def longest_output(model: Model, source: IdsBS) -> int:
    """The most tokens an output may have: twice the source and a few more, so that an untrained model stops too."""
    return min(model.config.max_length, 2 * source.shape[1] + 10)
