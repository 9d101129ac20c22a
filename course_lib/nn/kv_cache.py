"""Keys and values that are computed once and kept (slide "KV Caching")."""

from typing import NamedTuple

import torch

from course_lib.errors import CourseError
from course_lib.shapes import AnyBKSE, AnyValues, Rows


class KeysValues(NamedTuple):
    """Keys and values of a sequence, split into heads; values may be wider than keys."""

    keys: AnyBKSE
    values: AnyValues

    def select(self, rows: Rows) -> "KeysValues":
        """The sequences `rows` (a tensor of indices into B), in that order."""
        return KeysValues(self.keys[rows], self.values[rows])


def expect_rows(held: torch.Tensor | None, new: torch.Tensor) -> None:
    """Raise a CourseError unless a cache that holds the keys `held`, or None, can take in `new` ones: as many rows."""
    if held is not None and new.shape[0] != held.shape[0]:
        raise CourseError(f"the cache holds {len(held)} rows, so it can't take in {len(new)}")


def grown(held: torch.Tensor | None, more: int, like: torch.Tensor) -> torch.Tensor:
    """A tensor like `held` (None: nothing yet) with room for `more` positions of what is `like`."""
    room = like.new_empty(*like.shape[:2], more, like.shape[3])
    return room if held is None else torch.cat([held, room], dim=2)


class KVCache:
    """The keys and values of the positions 0, 1, ..., `length` - 1, for one attention layer, with room to grow."""

    def __init__(self):
        self._keys = self._values = None
        self.length = 0

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Append `keys` and `values`, and return all so far.

        Raises:
            CourseError: the cache holds another number of rows (of one, torch would make copies).
        """
        end = self.length + keys.shape[2]
        all_keys, all_values = self.room(keys, values)
        all_keys[:, :, self.length : end] = keys
        all_values[:, :, self.length : end] = values
        self.length = end
        return KeysValues(all_keys[:, :, :end], all_values[:, :, :end])

    def room(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """All that is held, and behind it room for more positions like `keys` and `values`.

        When it gets tight the room is doubled, so that each position is copied a constant number of times on average.

        Raises:
            CourseError: the cache holds another number of rows.
        """
        expect_rows(self._keys, keys)
        held = 0 if self._keys is None else self._keys.shape[2]
        if self.length + keys.shape[2] > held:
            more = max(self.length + keys.shape[2] - held, held)
            self._keys, self._values = grown(self._keys, more, keys), grown(self._values, more, values)
        return KeysValues(self._keys, self._values)

    def select(self, rows: Rows) -> None:
        """Keep the sequences `rows` (a tensor of indices into B), in that order; beam search repeats and drops them."""
        if self._keys is not None:
            self._keys, self._values = self._keys[rows], self._values[rows]

    @property
    def nbytes(self) -> int:
        """The memory that it takes, room for positions to come included."""
        return 0 if self._keys is None else self._keys.nbytes + self._values.nbytes


def next_slots(end: int, keys: AnyBKSE, window_size: int) -> tuple[slice, slice, slice | torch.Tensor]:
    """Rows, columns and slots of the last of new `keys` that go to the next slots of a ring in all rows."""
    new = min(keys.shape[2], window_size)
    first = (end - new) % window_size
    if first + new <= window_size:
        return slice(None), slice(-new, None), slice(first, first + new)
    return slice(None), slice(-new, None), torch.arange(first, first + new, device=keys.device) % window_size


class SlidingWindowKVCache(KVCache):
    """The keys and values of the last `window_size` positions, for one attention layer, in a ring (slide "SWA").

    Position p has slot p mod W: a new one takes that of the oldest. So keys come back in the order of their
    slots; attention doesn't mind, if its mask goes by positions.

    `slots` says which of the new positions go where, as rows, columns and slots; a `DecoderCache` sets it where rows
    stand at different positions. With None, all rows stand where the first `length` positions end.
    """

    def __init__(self, window_size: int):
        super().__init__()
        self.window_size, self.slots = window_size, None

    def update(self, keys: AnyBKSE, values: AnyValues) -> KeysValues:
        """Take in `keys` and `values`; return all that their queries may attend to.

        For one position these are what the ring then holds; for more, what it held, and the new ones behind.

        Raises:
            CourseError: the cache holds another number of rows.
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
        """Put new keys and values into the slots of the oldest."""
        self.length += keys.shape[2]
        rows, columns, slots = self.slots or next_slots(self.length, keys, self.window_size)
        self._keys[rows, :, slots] = keys[rows, :, columns]
        self._values[rows, :, slots] = values[rows, :, columns]


def cache_for(window_size: int | None) -> KVCache:
    """The cache of a layer that sees `window_size` positions, or all (None)."""
    return KVCache() if window_size is None else SlidingWindowKVCache(window_size)
