"""Pairs of answers about pictures as batches: the same picture and question, of two answers one is preferred."""

from dataclasses import dataclass

import torch

from course_lib.data.pairs import PreferenceBatch, PreferenceBatches
from course_lib.data.visual_batches import check_pictures, stack_features


@dataclass(frozen=True)
class VisualPreferenceBatch(PreferenceBatch):
    """B pairs of dialogues about pictures; `features`, B I P D, and `is_picture`, B I, are those of both sides."""

    features: torch.Tensor
    is_picture: torch.Tensor

    @property
    def inputs(self):
        """What a `Vlm` is called with: 2 B dialogues, and their pictures."""
        features, is_picture = (rows.repeat_interleave(2, dim=0) for rows in (self.features, self.is_picture))
        return {"tokens": self.tokens.flatten(0, 1), "features": features[is_picture]}


class VisualPreferenceBatches(PreferenceBatches):
    """`PreferenceBatches` of dialogues about pictures.

    Args:
        pairs: (chosen, rejected), two `VisualExample`s about the same pictures.
        features: of all pictures, N P D, as `Vlm.look` gives them.
        tokens_per_batch, seed: as in `PreferenceBatches`.

    Raises:
        CourseError: as in `PreferenceBatches`, or a pair is about a picture that isn't there.
    """

    def __init__(self, pairs, features, tokens_per_batch, seed=0):
        super().__init__([(chosen[:2], rejected[:2]) for chosen, rejected in pairs], tokens_per_batch, seed)
        check_pictures([chosen for chosen, _ in pairs], len(features))
        self.features, self.pictures = features, [chosen.pictures for chosen, _ in pairs]

    def batch(self, indices):
        """The `VisualPreferenceBatch` of the pairs `indices`."""
        plain = super().batch(indices)
        features, is_picture = stack_features([self.pictures[i] for i in indices], self.features)
        return VisualPreferenceBatch(**vars(plain), features=features, is_picture=is_picture)
