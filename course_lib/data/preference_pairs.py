"""Pairs of answers as batches: two dialogues side by side, of which one is preferred."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import torch

from course_lib.data.batches import Batches, batches_by_length
from course_lib.data.chat import Example, Template
from course_lib.data.collate import dialogue_batch
from course_lib.data.rows import TokenBatch
from course_lib.data.sources import Row
from course_lib.data.tokenizer import PAD
from course_lib.errors import CourseError
from course_lib.shapes import PairsB, PositionsB2


@dataclass(frozen=True)
class Preference:
    """Two answers to the same prompt, as `Example`s; `reference_log_p`, 2, is what `with_reference` found."""

    chosen: Example
    rejected: Example
    reference_log_p: torch.Tensor | None = None


def preference_examples(rows: Iterable[Row], template: Template, max_length: int | None = None) -> list[Preference]:
    """The rows of `load_preferences` as `Preference`s; `max_length` as in `Template.training`."""
    return [Preference(*(template.training(row[side], max_length) for side in ("chosen", "rejected"))) for row in rows]


@dataclass(frozen=True, kw_only=True)
class PreferenceBatch(TokenBatch):
    """B pairs of dialogues, the chosen one first, the rejected one second.

    `tokens`, B 2 T, are the dialogues with <eos> at the end; `labels`, B 2 T, are the next tokens where these belong to
    the answer (padding elsewhere); `features`, B 2 I P D, and `is_picture`, B 2 I, are there if the pairs are about
    pictures. `reference_log_p`, B 2, is log p of each answer under the reference model (None if nobody asked it).
    """

    reference_log_p: torch.Tensor | None = None

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """The arguments that a model is called with: 2 B dialogues, and their pictures."""
        return super().inputs | {"tokens": self.tokens.flatten(0, 1)}

    @property
    def num_labels(self) -> int:
        """How many pairs are compared."""
        return len(self.tokens)

    @property
    def last(self) -> PositionsB2:
        """The place of each dialogue's last token."""
        return (self.tokens != PAD).sum(dim=-1) - 1


def preference_batch(pairs: Sequence[Preference], random: torch.Generator | None = None) -> PreferenceBatch:
    """A `PreferenceBatch` of `Preference`s."""
    sides = dialogue_batch([side for pair in pairs for side in (pair.chosen, pair.rejected)])
    known = [pair.reference_log_p for pair in pairs if pair.reference_log_p is not None]
    return PreferenceBatch(
        **{name: rows.unflatten(0, (len(pairs), 2)) for name, rows in vars(sides).items() if rows is not None},
        reference_log_p=torch.stack(known) if known else None,
    )


def preference_batches(pairs: Sequence[Preference], tokens_per_batch: int, seed: int = 0) -> Batches:
    """The `Batches` of `Preference`s; see `batches_by_length`. Both sides of a pair count.

    Raises:
        CourseError: no pairs, a pair with equal sides, or one that alone exceeds `tokens_per_batch`.
    """
    for row, pair in enumerate(pairs):
        if pair.chosen.ids == pair.rejected.ids:
            raise CourseError(f"pair {row}: chosen and rejected are the same dialogue, so neither is preferred")
    lengths = [(max(len(pair.chosen.ids), len(pair.rejected.ids)),) * 2 for pair in pairs]
    return batches_by_length(pairs, lengths, preference_batch, tokens_per_batch, seed)


def with_reference(batches: Batches, log_probabilities: Callable[[PreferenceBatch], PairsB]) -> Batches:
    """The same `Batches` of `Preference`s, which know what a reference model says of each pair.

    `log_probabilities` gives log p of both answers.
    """
    known = batches.of_each(log_probabilities)
    pairs = [replace(pair, reference_log_p=log_p) for pair, log_p in zip(batches.items, known, strict=True)]
    return Batches(pairs, batches.collate, batches.order, batches.seed)
