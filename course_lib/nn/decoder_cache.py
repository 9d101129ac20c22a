"""What a decoder keeps of the tokens that it has read, over all its layers (slide "KV Caching")."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.kv_cache import KeysValues, SlidingWindowKVCache, cache_for
from course_lib.nn.recurrent_state import RecurrentState
from course_lib.shapes import BSD, IdsB1, IdsBS, IdsBT, Mask, Rows, Sequences


class Memory(NamedTuple):
    """What an encoder has handed over: its `KeysValues` for each layer, and which source tokens are real."""

    layers: list[KeysValues]
    mask: Mask

    def select(self, rows: Rows) -> "Memory":
        """The sources `rows` (a tensor of indices into B), in that order."""
        return Memory([keys_values.select(rows) for keys_values in self.layers], self.mask[rows])


class DecoderCache:
    """A cache for each layer, and the positions of what they hold; -1 marks padding, which nobody attends to.

    Args:
        window_sizes: for each layer how many positions it sees, None for all.
        memory: the `Memory` of the sources, in an encoder-decoder model.
        states: what layers have in the place of keys and values, by their numbers; default: none.
    """

    def __init__(
        self,
        window_sizes: Sequence[int | None],
        memory: Memory | None = None,
        states: Mapping[int, RecurrentState] | None = None,
    ):
        states = states or {}
        self.layers = [states[i] if i in states else cache_for(window) for i, window in enumerate(window_sizes)]
        self.memory = memory
        # Positions travel through caches like keys, so that each stands where its key stands; 0 is an empty slot.
        # Those of plain texts wait outside until somebody asks for them, which takes longer than a small layer.
        self._positions = {window: cache_for(window) for i, window in enumerate(window_sizes) if i not in states}
        self._waiting, self._held = [], {}
        self._last = None
        self.is_plain = True  # no row has padding or gaps, so all stand at the same position

    @classmethod
    def after(cls, memory: BSD, memory_mask: Mask, layers: Iterable[nn.Module]) -> "DecoderCache":
        """An empty cache for decoder `layers` that look at a memory, with its mask."""
        projected = [layer.cross_attention.keys_values(memory) for layer in layers]
        return cls([None] * len(layers), Memory(projected, memory_mask))

    def __len__(self):
        """How many tokens the longest sequence in it has, those that have left a window counted."""
        return 0 if self._last is None else int(self._last.max()) + 1

    def extend(self, tokens: Sequences, positions: IdsBT | None = None) -> IdsBT:
        """Take in new `tokens`, or vectors, at these positions, and return the positions.

        Args:
            tokens: only how many they are matters.
            positions: rising in each row, and -1 for padding; default: each row goes on from where it stands.

        Raises:
            CourseError: the cache holds another number of rows.
        """
        following = self._following(tokens)
        if self.is_plain and not (positions is None or torch.equal(positions, following)):
            self._take_in()  # what came before goes where plain texts go
            self.is_plain = False
        positions = following if positions is None else positions
        last = positions.amax(dim=1, keepdim=True)
        self._last = last if self._last is None else torch.maximum(self._last, last)
        self._set_slots(positions)
        self._waiting += [positions] if self._positions else []
        if not self.is_plain:
            self._take_in()
        return positions

    def k_positions(self, window_size: int | None) -> IdsBS:
        """The positions of the keys that the newest queries will find in a layer with this window; -1: no key."""
        self._take_in()
        return self._held[window_size]

    def select(self, rows: Rows) -> None:
        """Keep the sequences `rows` (a tensor of indices into B), in that order."""
        self._take_in()
        self._last = None if self._last is None else self._last[rows]
        self.memory = None if self.memory is None else self.memory.select(rows)
        for cache in (*self.layers, *self._positions.values()):
            cache.select(rows)

    def _take_in(self):
        """Put the positions that wait where their keys stand: the newest behind all that came before them."""
        if len(self._waiting) > 1:
            *before, newest = self._waiting
            self._waiting = [torch.cat(before, dim=1), newest]
        for positions in self._waiting:
            column = positions[:, None, :, None] + 1  # B K S E with one head, one number wide
            held = {w: cache.update(column, column[..., :0]).keys for w, cache in self._positions.items()}
            self._held = {w: keys[:, 0, :, 0] - 1 for w, keys in held.items()}
        self._waiting = []

    def _following(self, tokens):
        """The positions that come next."""
        steps = torch.arange(tokens.shape[1], device=tokens.device).expand(tokens.shape[:2])
        if self._last is None:
            return steps
        if len(tokens) != len(self._last):
            raise CourseError(f"the cache holds {len(self._last)} rows, so it can't take in {len(tokens)}")
        return steps + 1 + self._last

    def _set_slots(self, positions):
        """Tell the rings where the new positions go, if the rows stand at different ones; padding goes nowhere."""
        if self.is_plain:
            return
        slots = {w: slots_in_ring(positions, self._last, w) for w in self._positions if w is not None}
        for cache in (*self.layers, *self._positions.values()):
            if isinstance(cache, SlidingWindowKVCache):
                cache.slots = slots[cache.window_size]


def slots_in_ring(positions: IdsBT, last: IdsB1, window_size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The rows, columns and slots of the new positions that stay: the real ones among the `last` of each row, B 1."""
    rows, columns = ((positions >= 0) & (positions > last - window_size)).nonzero(as_tuple=True)
    return rows, columns, positions[rows, columns] % window_size
