"""The cache of a whole decoder: one cache per layer, and the positions of all tokens so far (slide "KV Caching")."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch

from course_lib.errors import CourseError
from course_lib.nn.kv_cache import KeysValues, SlidingWindowKVCache, cache_for
from course_lib.nn.recurrent_state import RecurrentState
from course_lib.shapes import BSD, IdsB1, IdsBS, IdsBT, Mask, Rows, Sequences


class Memory(NamedTuple):
    """The output of an encoder, to which a decoder attends in its cross-attention.

    Args:
        states: the encoder's output vectors, or a list with the precomputed `KeysValues` for each decoder layer.
        mask: a bool mask that is True for source tokens that are not padding. Default: there is no padding.
    """

    states: BSD | list[KeysValues]
    mask: Mask | None = None

    def of(self, layer: int) -> BSD | KeysValues:
        """Return the source for the cross-attention of one layer.

        The source is the encoder's output, or the precomputed keys and values for this layer.
        """
        return self.states[layer] if isinstance(self.states, list) else self.states

    def select(self, rows: Rows) -> "Memory":
        """Return a new `Memory` with the batch rows `rows`, in that order."""
        held = self.states
        states = [keys_values.select(rows) for keys_values in held] if isinstance(held, list) else held[rows]
        return Memory(states, None if self.mask is None else self.mask[rows])


class DecoderCache:
    """The cache of a decoder, which contains one cache per layer and the positions of all tokens so far.

    Position -1 marks padding, which no query can attend to.

    Args:
        window_sizes: the attention window of each layer in tokens, or None for a layer without a window.
        memory: the encoder's output, in an encoder-decoder model.
        states: the states of recurrent layers, by layer number. Default: no recurrent layers.
    """

    def __init__(
        self,
        window_sizes: Sequence[int | None],
        memory: Memory | None = None,
        states: Mapping[int, RecurrentState] | None = None,
    ):
        states = states or {}
        self.layers = [states[i] if i in states else cache_for(window) for i, window in enumerate(window_sizes)]
        self.has_keys = len(states) < len(self.layers)
        self.memory = memory
        self.is_plain = True  # True if there is no padding and no gap, so that all rows have the same positions
        self._parts = []  # the positions from each call of `extend`, which are concatenated only when needed
        self._new = 0  # the number of positions in the last call of `extend`
        self._last = None  # the position of the newest token in each row, B 1

    def __len__(self):
        """Return the length of the longest sequence, including tokens that a sliding window has dropped."""
        return 0 if self._last is None else int(self._last.max()) + 1

    def extend(self, tokens: Sequences, positions: IdsBT | None = None) -> IdsBT:
        """Record the positions of new tokens and return these positions.

        Call this before the layers add the keys and values of the new tokens.

        Args:
            tokens: the ids or the vectors of the new tokens. Only their shape and device are used.
            positions: the positions of the new tokens, which increase along each row, with -1 for padding. Default:
                each row continues after its last token.

        Raises:
            CourseError: the cache has a different number of rows.
        """
        following = self._following(tokens)
        self.is_plain = self.is_plain and (positions is None or torch.equal(positions, following))
        positions = following if positions is None else positions
        last = positions.amax(dim=1, keepdim=True)
        self._last = last if self._last is None else torch.maximum(self._last, last)
        self._parts += [positions] if self.has_keys else []
        self._new = positions.shape[1]
        for layer in self.layers:
            if isinstance(layer, SlidingWindowKVCache) and not self.is_plain:
                layer.slots = slots_in_ring(positions, self._last, layer.window_size)
        return positions

    def k_positions(self, window_size: int | None) -> IdsBS:
        """Return the positions of the keys that the newest queries can see in a layer with this window.

        They have the same order as the keys that the layer's `update` returns. A position of -1 marks padding or an
        empty slot.
        """
        positions = torch.cat(self._parts, dim=1)
        self._parts = [positions]
        if not self.has_ring(window_size):
            return positions
        if self._new == 1:
            return self._in_ring(positions, window_size)
        before, new = positions.tensor_split([-self._new], dim=1)
        return torch.cat([self._in_ring(before, window_size), new], dim=1)

    def has_ring(self, window_size: int | None) -> bool:
        """Return True if the layers with this window use a ring buffer, which stores only the keys in the window."""
        rings = [layer for layer in self.layers if isinstance(layer, SlidingWindowKVCache)]
        return any(layer.window_size == window_size for layer in rings)

    def _in_ring(self, positions, window_size):
        """Return the position stored in each slot of a ring buffer, where position p is in slot p mod W."""
        slots = window_size if not self.is_plain else min(positions.shape[1], window_size)
        ring = positions.new_full((len(positions), window_size), -1)
        return ring.scatter_reduce(1, positions % window_size, positions, "amax")[:, :slots]

    def select(self, rows: Rows) -> None:
        """Keep only the batch rows `rows`, in that order."""
        self._parts = [part[rows] for part in self._parts]
        self._last = None if self._last is None else self._last[rows]
        self.memory = None if self.memory is None else self.memory.select(rows)
        for layer in self.layers:
            layer.select(rows)

    def _following(self, tokens):
        """Return the positions that continue each row after its last token."""
        steps = torch.arange(tokens.shape[1], device=tokens.device).expand(tokens.shape[:2])
        if self._last is None:
            return steps
        if len(tokens) != len(self._last):
            raise CourseError(
                f"the new tokens must have as many rows as the cache, {len(self._last)}, got {len(tokens)}; "
                "use a new cache for a new batch"
            )
        return steps + 1 + self._last


def slots_in_ring(positions: IdsBT, last: IdsB1, window_size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the rows, columns, and slots of the new tokens that must be stored in a ring buffer.

    Padding is not stored, and neither are tokens that newer ones would overwrite.

    Args:
        positions: the positions of the new tokens, with -1 for padding.
        last: the newest position in each row.
        window_size: the number of slots in the ring buffer.
    """
    rows, columns = ((positions >= 0) & (positions > last - window_size)).nonzero(as_tuple=True)
    return rows, columns, positions[rows, columns] % window_size
