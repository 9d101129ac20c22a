"""Pairs of answers as batches: two dialogues side by side, of which one is preferred."""

import copy
from dataclasses import dataclass

import torch

from course_lib.data.batching import Batch, bucket, check_budget, epoch_generator, pad
from course_lib.data.tokenizer import PAD
from course_lib.errors import CourseError


@dataclass(frozen=True)
class PreferenceBatch(Batch):
    """B pairs of dialogues, the chosen one first, the rejected one second.

    `tokens`, B 2 T, are the dialogues with <eos> at the end; `labels`, B 2 T, are the next tokens where these belong to
    the answer (padding elsewhere); `reference_log_p`, B 2, is log p of each answer under the reference model (NaN if
    nobody asked it).
    """

    tokens: torch.Tensor
    reference_log_p: torch.Tensor

    @property
    def inputs(self):
        """What a model is called with: 2 B dialogues."""
        return {"tokens": self.tokens.flatten(0, 1)}

    @property
    def num_labels(self):
        """How many pairs are compared."""
        return len(self.tokens)

    @property
    def num_tokens(self):
        """Useful tokens: those that are not padding."""
        return int((self.tokens != PAD).sum())

    @property
    def last(self):
        """The place of each dialogue's last token, B 2."""
        return (self.tokens != PAD).sum(dim=-1) - 1


def completion_labels(ids, is_completion):
    """What is to be said after each token: the next one where it belongs to the completion, else <pad>."""
    return [id if scored else PAD for id, scored in zip(ids[1:], is_completion[1:], strict=True)] + [PAD]


class PreferenceBatches:
    """The batches of a set of pairs, in a new random order each epoch, the same for the same seed everywhere.

    Args:
        pairs: (chosen, rejected) for each pair; each side is (ids, is_completion) as `ChatTemplate.training` gives it.
        tokens_per_batch: the most tokens in a batch, padding included, both sides together.
        seed: of the order.
        reference_log_p: N 2 for N pairs; see `with_reference`.

    Raises:
        CourseError: no pairs, a pair with equal sides, or one that alone exceeds `tokens_per_batch`.
    """

    def __init__(self, pairs, tokens_per_batch, seed=0, reference_log_p=None):
        self.pairs, self.tokens_per_batch, self.seed = pairs, tokens_per_batch, seed
        self.reference_log_p = torch.full((len(pairs), 2), torch.nan) if reference_log_p is None else reference_log_p
        self.lengths = [(max(len(chosen), len(rejected)),) * 2 for (chosen, _), (rejected, _) in pairs]
        check_budget(self.lengths, tokens_per_batch)
        for row, ((chosen, _), (rejected, _)) in enumerate(pairs):
            if chosen == rejected:
                raise CourseError(f"pair {row}: chosen and rejected are the same dialogue, so neither is preferred")

    def epoch(self, number):
        """The batches of epoch `number`, a list of lists of indices into `pairs`."""
        return bucket(self.lengths, self.tokens_per_batch, epoch_generator(self.seed, number))

    def batch(self, indices):
        """The `PreferenceBatch` of the pairs `indices`."""
        sides = [side for i in indices for side in self.pairs[i]]
        tokens, labels = pad([ids for ids, _ in sides]), pad([completion_labels(*side) for side in sides])
        shape = (len(indices), 2, -1)
        return PreferenceBatch(
            tokens=tokens.view(shape), labels=labels.view(shape), reference_log_p=self.reference_log_p[indices]
        )

    @torch.no_grad()
    def with_reference(self, log_probabilities):
        """The same batches, which know what a reference model says of each pair.

        `log_probabilities` is a function from a `PreferenceBatch` to log p of both answers, B 2.
        """
        informed = copy.copy(self)
        informed.reference_log_p = torch.empty(len(self.pairs), 2)
        for indices in self.epoch(0):
            informed.reference_log_p[indices] = log_probabilities(self.batch(indices)).cpu()
        return informed
