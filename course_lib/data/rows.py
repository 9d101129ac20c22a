"""The base classes of batches, and functions that pad lists of ids."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import torch

from course_lib.data.tokenizer import PAD
from course_lib.shapes import Bools, IdsBT


@dataclass(frozen=True)
class Rows:
    """A batch of tensors with B rows each. Fields can be None.

    Batches for training also have `num_labels`, the number of predictions that the loss sums over, and `num_tokens`,
    the number of useful tokens, which the training loop counts per second.
    """

    def shard(self, index: int, count: int) -> Self:
        """Return every `count`-th row, starting at row `index`: the part of one of `count` workers, possibly empty."""
        return type(self)(**{name: rows[index::count] for name, rows in self._tensors().items()})

    def to(self, device: torch.device | str) -> Self:
        """Return the same batch on `device`."""
        return type(self)(**{name: rows.to(device) for name, rows in self._tensors().items()})

    def _tensors(self):
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: rows for name, rows in tensors.items() if rows is not None}


@dataclass(frozen=True)
class Batch(Rows):
    """A batch of token ids with `labels` B T, the tokens to predict (padding elsewhere)."""

    labels: torch.Tensor

    @property
    def is_label(self) -> Bools:
        """True at labels that are not padding."""
        return self.labels != PAD

    @property
    def num_labels(self) -> int:
        """The number of tokens to predict."""
        return int(self.is_label.sum())


@dataclass(frozen=True, kw_only=True)
class TokenBatch(Batch):
    """The input of a model that reads one sequence per row, and the labels.

    Args:
        tokens: the input, B T. Each visual token of a picture has a placeholder.
        labels: the token to predict at each position, B T (padding elsewhere).
        positions: the position of each token in its sequence, B T, for packed sequences (padding: -1).
        segments: the number of each token's sequence from 1, B T, for packed sequences (padding: 0). Attention stays
            inside a segment.
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
        """The arguments for calling the model."""
        inputs = {"tokens": self.tokens, "positions": self.positions, "segments": self.segments}
        if self.features is not None:
            inputs["features"] = self.features[self.is_picture]
        return {name: value for name, value in inputs.items() if value is not None}

    @property
    def num_tokens(self) -> int:
        """The number of tokens without padding."""
        return int((self.tokens != PAD).sum())


def pad(sequences: Sequence[list[int]], pad_id: int = PAD) -> IdsBT:
    """Stack lists of ids of different lengths, with `pad_id` after the short ones."""
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[pad_id] * (longest - len(ids))] for ids in sequences])


def pad_left(sequences: Sequence[Sequence[int]]) -> tuple[IdsBT, IdsBT]:
    """Stack lists of ids with <pad> before the short ones, so that all end together, and return tokens and positions.

    The positions of a sequence start at 0, and those of padding are -1.
    """
    longest = max(map(len, sequences))
    tokens = torch.tensor([[PAD] * (longest - len(ids)) + list(ids) for ids in sequences])
    first = torch.tensor([longest - len(ids) for ids in sequences])
    return tokens, (torch.arange(longest) - first.unsqueeze(1)).clamp(min=-1)
