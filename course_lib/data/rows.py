"""Base classes for batches, and functions that pad lists of token ids."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import torch

from course_lib.data.tokenizer import PAD
from course_lib.shapes import Bools, IdsBT


@dataclass(frozen=True)
class Rows:
    """A batch of tensors with B rows each. Optional tensors can be None.

    Batches for training also have `num_labels`, the number of predictions that the loss sums over, and `num_tokens`,
    the number of tokens without padding, from which the training loop computes its speed.
    """

    def shard(self, index: int, count: int) -> Self:
        """Return the share of worker `index` of `count` workers: every `count`-th row, starting at row `index`.

        The share has no rows if there are too few for all workers.
        """
        return type(self)(**{name: rows[index::count] for name, rows in self._tensors().items()})

    def to(self, device: torch.device | str) -> Self:
        """Return a copy of the batch on `device`."""
        return type(self)(**{name: rows.to(device) for name, rows in self._tensors().items()})

    def _tensors(self):
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: rows for name, rows in tensors.items() if rows is not None}


@dataclass(frozen=True)
class Batch(Rows):
    """A batch of token ids with `labels`, B T: the tokens to predict, and padding at all other positions."""

    labels: torch.Tensor

    @property
    def is_label(self) -> Bools:
        """A mask that is True for labels that are not padding."""
        return self.labels != PAD

    @property
    def num_labels(self) -> int:
        """The number of tokens to predict, which are the labels that are not padding."""
        return int(self.is_label.sum())


@dataclass(frozen=True, kw_only=True)
class TokenBatch(Batch):
    """A batch for a model that reads one sequence per row, or several packed sequences.

    Args:
        tokens: the input, B T, with one placeholder for each visual token of a picture.
        labels: the token to predict at each position, B T (padding elsewhere).
        positions: for packed sequences, the position of each token in its sequence, B T (-1 for padding).
        segments: for packed sequences, the number of each token's sequence in its row, B T, starting at 1 (0 for
            padding). Tokens attend only to tokens of the same segment.
        features: the features of up to I pictures per row, B I P D, or the pictures themselves, B I C Y X.
        is_picture: True for real pictures, B I.
    """

    tokens: torch.Tensor
    positions: torch.Tensor | None = None
    segments: torch.Tensor | None = None
    features: torch.Tensor | None = None
    is_picture: torch.Tensor | None = None

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """The keyword arguments for calling the model on this batch."""
        inputs = {"tokens": self.tokens, "positions": self.positions, "segments": self.segments}
        if self.features is not None:
            inputs["features"] = self.features[self.is_picture]
        return {name: value for name, value in inputs.items() if value is not None}

    @property
    def num_tokens(self) -> int:
        """The number of tokens in the batch, not counting padding."""
        return int((self.tokens != PAD).sum())


def pad(sequences: Sequence[list[int]], pad_id: int = PAD) -> IdsBT:
    """Stack lists of token ids, and pad the shorter ones at the end with `pad_id`."""
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[pad_id] * (longest - len(ids))] for ids in sequences])


def pad_left(sequences: Sequence[Sequence[int]]) -> tuple[IdsBT, IdsBT]:
    """Stack lists of token ids, and pad the shorter ones at the start, so that all of them end in the same column.

    Returns:
        The tokens, and their positions. Each sequence starts at position 0, and padding has position -1.
    """
    longest = max(map(len, sequences))
    tokens = torch.tensor([[PAD] * (longest - len(ids)) + list(ids) for ids in sequences])
    first = torch.tensor([longest - len(ids) for ids in sequences])
    return tokens, (torch.arange(longest) - first.unsqueeze(1)).clamp(min=-1)
