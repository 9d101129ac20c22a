"""Batches as tensors with a row for each item: what they have in common, and how lists of ids become rows."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import torch

from course_lib.data.tokenizer import PAD
from course_lib.shapes import Bools, IdsBT


@dataclass(frozen=True)
class Rows:
    """Tensors with B rows each, or None where a batch has nothing of that kind.

    A batch to train on also has `num_labels`, how many predictions its loss is a sum over, and `num_tokens`, the useful
    tokens that are counted per second.
    """

    def shard(self, index: int, count: int) -> Self:
        """Every `count`-th row, from row `index` on: the part of one of `count` workers, possibly empty."""
        return type(self)(**{name: rows[index::count] for name, rows in self._tensors().items()})

    def to(self, device: torch.device | str) -> Self:
        """The same batch on `device`."""
        return type(self)(**{name: rows.to(device) for name, rows in self._tensors().items()})

    def _tensors(self):
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: rows for name, rows in tensors.items() if rows is not None}


@dataclass(frozen=True)
class Batch(Rows):
    """Tensors of token ids; `labels`, B T, is what is to be predicted (padding: nothing)."""

    labels: torch.Tensor

    @property
    def is_label(self) -> Bools:
        """True at the real tokens of `labels`."""
        return self.labels != PAD

    @property
    def num_labels(self) -> int:
        """How many tokens are to be predicted."""
        return int(self.is_label.sum())


@dataclass(frozen=True, kw_only=True)
class TokenBatch(Batch):
    """The input of a model, `tokens`, B T, and the token to predict at each position, `labels`, B T (padding: none).

    Where several conversations stand in a row, `positions` count from 0 in each, and `segments` number them from 1
    (padding: position -1, segment 0), so that attention can stay inside each. Where conversations have pictures, each
    visual token has a placeholder in `tokens`; `features`, B I P D, are what the tower makes of the up to I pictures of
    a row (or B I C Y X, the pictures themselves), and `is_picture`, B I, says which are there.
    """

    tokens: torch.Tensor
    positions: torch.Tensor | None = None
    segments: torch.Tensor | None = None
    features: torch.Tensor | None = None
    is_picture: torch.Tensor | None = None

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """The arguments that a model is called with."""
        inputs = {"tokens": self.tokens, "positions": self.positions, "segments": self.segments}
        if self.features is not None:
            inputs["features"] = self.features[self.is_picture]
        return {name: value for name, value in inputs.items() if value is not None}

    @property
    def num_tokens(self) -> int:
        """Useful tokens: those that are read, without padding."""
        return int((self.tokens != PAD).sum())


def pad(sequences: Sequence[list[int]], pad_id: int = PAD) -> IdsBT:
    """Stack lists of ids of different lengths, with `pad_id` behind the short ones."""
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[pad_id] * (longest - len(ids))] for ids in sequences])


def pad_left(sequences: Sequence[Sequence[int]]) -> tuple[IdsBT, IdsBT]:
    """Stack lists of ids with <pad> before the short ones, so that all end together: tokens and positions.

    The positions of a sequence start at 0; those of padding are -1.
    """
    longest = max(map(len, sequences))
    tokens = torch.tensor([[PAD] * (longest - len(ids)) + list(ids) for ids in sequences])
    first = torch.tensor([longest - len(ids) for ids in sequences])
    return tokens, (torch.arange(longest) - first.unsqueeze(1)).clamp(min=-1)
