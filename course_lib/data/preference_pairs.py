"""Batches of preference pairs: two dialogues with the same prompt, one of which is preferred."""

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
    """A preference pair: two dialogues with the same prompt but different answers, as `Example`s.

    Args:
        chosen: the preferred dialogue.
        rejected: the other dialogue.
        reference_log_p: a tensor with log p of both answers under the reference model, or None if it has not been
            computed (see `with_reference`).
    """

    chosen: Example
    rejected: Example
    reference_log_p: torch.Tensor | None = None


def preference_examples(rows: Iterable[Row], template: Template, max_length: int | None = None) -> list[Preference]:
    """Convert rows of `load_preferences` into `Preference`s. For `max_length`, see `ChatTemplate.training`."""
    return [Preference(*(template.training(row[side], max_length) for side in ("chosen", "rejected"))) for row in rows]


@dataclass(frozen=True, kw_only=True)
class PreferenceBatch(TokenBatch):
    """A batch of B preference pairs. In each pair, the chosen dialogue comes before the rejected one.

    Args:
        tokens: the dialogues, B 2 T, each with <eos> at the end.
        labels: the tokens to predict, B 2 T: the next token if it belongs to the answer (padding elsewhere).
        features: the features of the pictures, B 2 I P D, if there are any.
        is_picture: True for real pictures, B 2 I.
        reference_log_p: log p of each answer under the reference model, B 2, or None if it has not been computed.
    """

    reference_log_p: torch.Tensor | None = None

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """The arguments for calling the model, in which the B pairs are flattened into 2 B dialogues."""
        return super().inputs | {"tokens": self.tokens.flatten(0, 1)}

    @property
    def num_labels(self) -> int:
        """The number of preference pairs in the batch."""
        return len(self.tokens)

    @property
    def last(self) -> PositionsB2:
        """The position of the last token in each dialogue, before any padding."""
        return (self.tokens != PAD).sum(dim=-1) - 1


def preference_batch(pairs: Sequence[Preference], random: torch.Generator | None = None) -> PreferenceBatch:
    """Collate `Preference`s into a `PreferenceBatch`."""
    sides = dialogue_batch([side for pair in pairs for side in (pair.chosen, pair.rejected)])
    known = [pair.reference_log_p for pair in pairs if pair.reference_log_p is not None]
    return PreferenceBatch(
        **{name: rows.unflatten(0, (len(pairs), 2)) for name, rows in vars(sides).items() if rows is not None},
        reference_log_p=torch.stack(known) if known else None,
    )


def preference_batches(pairs: Sequence[Preference], tokens_per_batch: int, seed: int = 0) -> Batches:
    """Group `Preference`s of similar lengths into `Batches`; see `batches_by_length`.

    The tokens of both dialogues count toward `tokens_per_batch`.

    Raises:
        CourseError: there are no pairs, the dialogues of a pair are equal, or a pair has more than `tokens_per_batch`
            tokens.
    """
    for row, pair in enumerate(pairs):
        if pair.chosen.ids == pair.rejected.ids:
            raise CourseError(f"chosen and rejected must differ, got the same dialogue twice in pair {row}; remove it")
    lengths = [(max(len(pair.chosen.ids), len(pair.rejected.ids)),) * 2 for pair in pairs]
    return batches_by_length(pairs, lengths, preference_batch, tokens_per_batch, seed)


def with_reference(batches: Batches, log_probabilities: Callable[[PreferenceBatch], PairsB]) -> Batches:
    """Compute the log-probabilities of all answers under a reference model, and return `Batches` that include them.

    The reference model does not change during training, so its log-probabilities are computed only once.

    Args:
        batches: batches of `Preference`s.
        log_probabilities: a function that returns log p of both answers for each pair in a batch.
    """
    known = batches.of_each(log_probabilities)
    pairs = [replace(pair, reference_log_p=log_p) for pair, log_p in zip(batches.items, known, strict=True)]
    return Batches(pairs, batches.collate, batches.order, batches.seed)
