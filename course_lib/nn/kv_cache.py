"""KV caches: store keys and values so that they are computed only once (slide "KV Caching")."""

from typing import NamedTuple

import torch

from course_lib.errors import CourseError
from course_lib.shapes import AnyBKSE, AnyValues, Rows


class KeysValues(NamedTuple):
    """Keys and values of a sequence, split into heads. Their sizes can differ."""

    keys: AnyBKSE
    values: AnyValues

    def select(self, rows: Rows) -> "KeysValues":
        """Return the batch rows `rows`, in that order."""
        return KeysValues(self.keys[rows], self.values[rows])


def expect_rows(held: torch.Tensor | None, new: torch.Tensor) -> None:
    """Check that new tensors have as many rows as the cache.

    Args:
        held: a tensor of the cache, or None if the cache is empty.
        new: a tensor to append.

    Raises:
        CourseError: the numbers of rows differ.
    """
    if held is not None and new.shape[0] != held.shape[0]:
        raise CourseError(f"the new tokens must have as many rows as the cache, {len(held)}, got {len(new)}")


def grown(held: torch.Tensor | None, more: int, like: torch.Tensor) -> torch.Tensor:
    """Extend a tensor of the cache by space for more positions.

    Args:
        held: the tensor, or None if the cache is empty.
        more: the number of positions to add.
        like: a tensor with the shape and type of the new entries.
    """
    room = like.new_empty(*like.shape[:2], more, like.shape[3])
    return room if held is None else torch.cat([held, room], dim=2)


class KVCache:
    """The keys and values of positions 0 to `length` - 1 for one attention layer, with space to grow."""

    def __init__(self):
        self._keys = self._values = None
        self.length = 0

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Append `keys` and `values`, and return all keys and values so far.

        Raises:
            CourseError: the number of rows differs from the cache's.
        """
        end = self.length + keys.shape[2]
        all_keys, all_values = self.room(keys, values)
        all_keys[:, :, self.length : end] = keys
        all_values[:, :, self.length : end] = values
        self.length = end
        return KeysValues(all_keys[:, :, :end], all_values[:, :, :end])

    def room(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Return the cache's tensors, with unused space for `keys` and `values` after the current `length`.

        When the space runs out, it is doubled, so on average each position is copied a constant number of times.

        Raises:
            CourseError: the number of rows differs from the cache's.
        """
        expect_rows(self._keys, keys)
        held = 0 if self._keys is None else self._keys.shape[2]
        if self.length + keys.shape[2] > held:
            more = max(self.length + keys.shape[2] - held, held)
            self._keys, self._values = grown(self._keys, more, keys), grown(self._values, more, values)
        return KeysValues(self._keys, self._values)

    def select(self, rows: Rows) -> None:
        """Keep only the batch rows `rows`, in that order. Beam search uses this to copy and drop sequences."""
        if self._keys is not None:
            self._keys, self._values = self._keys[rows], self._values[rows]

    @property
    def nbytes(self) -> int:
        """The size of the cache in bytes, including space that is not used yet."""
        return 0 if self._keys is None else self._keys.nbytes + self._values.nbytes


def next_slots(end: int, keys: AnyBKSE, window_size: int) -> tuple[slice, slice, slice | torch.Tensor]:
    """Return the rows, columns, and slots of the new keys that stay in a ring, if all batch rows have the same length.

    Args:
        end: the length of the sequences after the new keys.
        keys: the new keys.
        window_size: the number of slots.
    """
    new = min(keys.shape[2], window_size)
    first = (end - new) % window_size
    if first + new <= window_size:
        return slice(None), slice(-new, None), slice(first, first + new)
    return slice(None), slice(-new, None), torch.arange(first, first + new, device=keys.device) % window_size


class SlidingWindowKVCache(KVCache):
    """The keys and values of the last `window_size` positions for one attention layer, in a ring buffer (slide "SWA").

    Position p is stored in slot p mod W, so a new position overwrites the oldest one. Keys are returned in the order of
    their slots. This doesn't change attention, because its mask is computed from positions.

    Attributes:
        slots: the rows, columns, and slots of the new positions, which a `DecoderCache` sets if the batch rows have
            different lengths. With None, all rows have the same `length`.
    """

    def __init__(self, window_size: int):
        super().__init__()
        self.window_size, self.slots = window_size, None

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Store `keys` and `values`, and return the keys and values that their queries may attend to.

        For one new position, this is the ring after the update. For several new positions, it is the ring before the
        update, followed by the new keys and values.

        Raises:
            CourseError: the number of rows differs from the cache's.
        """
        expect_rows(self._keys, keys)
        if self._keys is None:
            room = [grown(None, self.window_size, new).zero_() for new in (keys, values)]
            self._keys, self._values = room
        before = self._held()
        if keys.shape[2] > 1:
            pairs = zip(before, (keys, values), strict=True)
            before = KeysValues(*(torch.cat(pair, dim=2) for pair in pairs))
        self._write(keys, values)
        return before if keys.shape[2] > 1 else self._held()

    def _held(self):
        held = self.window_size if self.slots else min(self.length, self.window_size)
        return KeysValues(self._keys[:, :, :held], self._values[:, :, :held])

    def _write(self, keys, values):
        """Overwrite the oldest slots with new keys and values."""
        self.length += keys.shape[2]
        rows, columns, slots = self.slots or next_slots(self.length, keys, self.window_size)
        self._keys[rows, :, slots] = keys[rows, :, columns]
        self._values[rows, :, slots] = values[rows, :, columns]


def cache_for(window_size: int | None) -> KVCache:
    """Return a new cache for a layer with this window, or without a window (None)."""
    return KVCache() if window_size is None else SlidingWindowKVCache(window_size)
