"""KV caches, which store keys and values so that they are computed only once (slide "KV Caching")."""

from typing import NamedTuple

import torch

from course_lib.errors import CourseError
from course_lib.shapes import AnyBKSE, AnyValues, Rows


class KeysValues(NamedTuple):
    """The keys and values of a sequence, split into heads. Keys and values can have different widths."""

    keys: AnyBKSE
    values: AnyValues

    def select(self, rows: Rows) -> "KeysValues":
        """Return the keys and values of the batch rows `rows`, in that order."""
        return KeysValues(self.keys[rows], self.values[rows])


def expect_rows(held: torch.Tensor | None, new: torch.Tensor) -> None:
    """Check that a new tensor has as many batch rows as the cache.

    Args:
        held: a tensor of the cache, or None if the cache is empty.
        new: the tensor to append.

    Raises:
        CourseError: the numbers of rows differ.
    """
    if held is not None and new.shape[0] != held.shape[0]:
        raise CourseError(
            f"the new tokens must have as many rows as the cache, {len(held)}, got {len(new)}; "
            "use a new cache for a new batch"
        )


def grown(held: torch.Tensor | None, more: int, like: torch.Tensor) -> torch.Tensor:
    """Return a copy of a cache tensor with empty space for more positions.

    Args:
        held: the tensor, or None if the cache is empty.
        more: the number of positions to add.
        like: a tensor with the same batch size, heads, width, and data type as the entries of the cache.
    """
    room = like.new_empty(*like.shape[:2], more, like.shape[3])
    return room if held is None else torch.cat([held, room], dim=2)


class KVCache:
    """The cache of one attention layer, with the keys and values of positions 0 to `length` - 1 and space to grow."""

    def __init__(self):
        self._keys = self._values = None
        self.length = 0

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Append `keys` and `values`, and return all keys and values so far.

        Raises:
            CourseError: the cache has a different number of rows.
        """
        end = self.length + keys.shape[2]
        all_keys, all_values = self.room(keys, values)
        all_keys[:, :, self.length : end] = keys
        all_values[:, :, self.length : end] = values
        self.length = end
        return KeysValues(all_keys[:, :, :end], all_values[:, :, :end])

    def room(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Make space for `keys` and `values` after the first `length` positions, and return the cache's tensors.

        When the space runs out, it is at least doubled. On average, each position is therefore copied only a constant
        number of times.

        Raises:
            CourseError: the cache has a different number of rows.
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
    """Return the rows, columns, and slots of the new keys to store in a ring buffer, for rows of equal length.

    If there are more new keys than slots, only the last ones are stored.

    Args:
        end: the length of the sequences, including the new keys.
        keys: the new keys.
        window_size: the number of slots in the ring buffer.
    """
    new = min(keys.shape[2], window_size)
    first = (end - new) % window_size
    if first + new <= window_size:
        return slice(None), slice(-new, None), slice(first, first + new)
    return slice(None), slice(-new, None), torch.arange(first, first + new, device=keys.device) % window_size


class SlidingWindowKVCache(KVCache):
    """The cache of one attention layer with a sliding window, stored in a ring buffer (slide "SWA").

    It contains the keys and values of the last `window_size` positions. Position p is stored in slot p mod W, so a new
    position overwrites the oldest one. Keys are returned in the order of their slots. This order doesn't change the
    result of attention, because the mask is computed from positions.

    Attributes:
        slots: the rows, columns, and slots of the new positions, which a `DecoderCache` sets if the batch rows have
            different lengths. If it is None, all rows have the same `length`.
    """

    def __init__(self, window_size: int):
        super().__init__()
        self.window_size, self.slots = window_size, None

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Store `keys` and `values`, and return the keys and values that the new queries may attend to.

        For one new position, these are the contents of the ring buffer after the update. For several new positions,
        they are the contents before the update, followed by the new keys and values, because the first new queries
        still need keys that the update overwrites.

        Raises:
            CourseError: the cache has a different number of rows.
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
        """Store new keys and values in the ring buffer, in place of the oldest ones."""
        self.length += keys.shape[2]
        rows, columns, slots = self.slots or next_slots(self.length, keys, self.window_size)
        self._keys[rows, :, slots] = keys[rows, :, columns]
        self._values[rows, :, slots] = values[rows, :, columns]


def cache_for(window_size: int | None) -> KVCache:
    """Return a new cache for a layer with a window of `window_size` tokens, or for a layer without a window (None)."""
    return KVCache() if window_size is None else SlidingWindowKVCache(window_size)
