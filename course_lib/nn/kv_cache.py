"""Keys and values that are computed once and kept (slide "KV Caching")."""

from typing import NamedTuple

import torch


class KeysValues(NamedTuple):
    """Keys and values of a sequence, split into heads, B K S E each."""

    keys: torch.Tensor
    values: torch.Tensor

    def select(self, rows):
        """The sequences `rows` (a tensor of indices into B), in that order."""
        return KeysValues(self.keys[rows], self.values[rows])


class KVCache:
    """The keys and values of the positions 0, 1, ..., `length` - 1, for one attention layer, with room to grow."""

    def __init__(self):
        self._keys = self._values = None
        self.length = 0

    def update(self, keys, values):
        """Append `keys` and `values`, B K T E, and return all so far, B K S E."""
        end = self.length + keys.shape[2]
        self._reserve(end, like=keys)
        self._keys[:, :, self.length : end] = keys
        self._values[:, :, self.length : end] = values
        self.length = end
        return KeysValues(self._keys[:, :, :end], self._values[:, :, :end])

    def select(self, rows):
        """Keep the sequences `rows` (a tensor of indices into B), in that order; beam search repeats and drops them."""
        self._keys, self._values = self._keys[rows], self._values[rows]

    def _reserve(self, length, like):
        """Double the room when it gets tight, so that each position is copied a constant number of times on average."""
        room = 0 if self._keys is None else self._keys.shape[2]
        if length <= room:
            return
        batch, heads, _, d_head = like.shape
        bigger = [like.new_empty(batch, heads, max(length, 2 * room), d_head) for _ in range(2)]
        if room:
            for new, old in zip(bigger, (self._keys, self._values), strict=True):
                new[:, :, : self.length] = old[:, :, : self.length]
        self._keys, self._values = bigger
