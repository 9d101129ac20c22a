"""Keys and values that are computed once and kept (slide "KV Caching")."""

from typing import NamedTuple

import torch

from course_lib.errors import CourseError


class KeysValues(NamedTuple):
    """Keys and values of a sequence, split into heads, B K S E each."""

    keys: torch.Tensor
    values: torch.Tensor

    def select(self, rows):
        """The sequences `rows` (a tensor of indices into B), in that order."""
        return KeysValues(self.keys[rows], self.values[rows])


def expect_rows(held, new):
    """Raise a CourseError unless a cache that holds the keys `held`, or None, can take in `new` ones: as many rows."""
    if held is not None and len(new) != len(held):
        raise CourseError(f"the cache holds {len(held)} rows, so it can't take in {len(new)}")


class KVCache:
    """The keys and values of the positions 0, 1, ..., `length` - 1, for one attention layer, with room to grow."""

    def __init__(self):
        self._keys = self._values = None
        self.length = 0

    def update(self, keys, values):
        """Append `keys` and `values`, B K T E, and return all so far, B K S E.

        Raises:
            CourseError: the cache holds another number of rows (of one, torch would make copies).
        """
        expect_rows(self._keys, keys)
        end = self.length + keys.shape[2]
        self._reserve(end, like=keys)
        self._keys[:, :, self.length : end] = keys
        self._values[:, :, self.length : end] = values
        self.length = end
        return KeysValues(self._keys[:, :, :end], self._values[:, :, :end])

    def select(self, rows):
        """Keep the sequences `rows` (a tensor of indices into B), in that order; beam search repeats and drops them."""
        self._keys, self._values = self._keys[rows], self._values[rows]

    @property
    def nbytes(self):
        """The memory that it takes, room for positions to come included."""
        return self._keys.nbytes + self._values.nbytes

    def _reserve(self, length, like):
        """Double the room when it gets tight, so that each position is copied a constant number of times on average."""
        room = 0 if self._keys is None else self._keys.shape[2]
        if length <= room:
            return
        more = like.new_empty(*like.shape[:2], max(length - room, room), like.shape[3])
        old = (self._keys, self._values) if room else (more[:, :, :0],) * 2
        self._keys, self._values = (torch.cat([part, more], dim=2) for part in old)


class SlidingWindowKVCache(KVCache):
    """The keys and values of the last `window_size` positions, for one attention layer, in a ring (slide "SWA").

    A new position takes the place of the oldest, so keys come back in the order of their places, not of their
    positions; attention doesn't mind, if its mask goes by positions.
    """

    def __init__(self, window_size):
        super().__init__()
        self.window_size = window_size

    def update(self, keys, values):
        """Take in `keys` and `values`, B K T E; return all that their queries may attend to, B K S E.

        For one position these are what the ring then holds; for more, what it held, and the new ones behind.

        Raises:
            CourseError: the cache holds another number of rows.
        """
        expect_rows(self._keys, keys)
        if self._keys is None:
            room = (*keys.shape[:2], self.window_size, keys.shape[3])
            self._keys, self._values = keys.new_empty(room), values.new_empty(room)
        if keys.shape[2] == 1:
            self._write(keys, values)
            return self._held()
        before = self._held()
        everything = KeysValues(torch.cat([before.keys, keys], dim=2), torch.cat([before.values, values], dim=2))
        self._write(keys, values)
        return everything

    def _held(self):
        held = min(self.length, self.window_size)
        return KeysValues(self._keys[:, :, :held], self._values[:, :, :held])

    def _write(self, keys, values):
        """Put the last of the new keys and values into the places of the oldest."""
        new = min(keys.shape[2], self.window_size)
        self.length += keys.shape[2]
        places = torch.arange(self.length - new, self.length, device=keys.device) % self.window_size
        self._keys.index_copy_(2, places, keys[:, :, -new:])
        self._values.index_copy_(2, places, values[:, :, -new:])


def cache_for(window_size):
    """The cache of a layer that sees `window_size` positions, or all (None)."""
    return KVCache() if window_size is None else SlidingWindowKVCache(window_size)
