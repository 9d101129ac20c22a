"""The data that all layers of one forward pass share: positions, masks, rotations, and caches."""

from collections.abc import Callable

import torch

from course_lib.errors import CourseError
from course_lib.nn.decoder_cache import DecoderCache, Memory
from course_lib.nn.kv_cache import KeysValues
from course_lib.nn.masks import attention_mask
from course_lib.nn.recurrent_state import RecurrentState
from course_lib.nn.rotary import Rotary, Rotation
from course_lib.nn.rotary_scaling import DynamicNtkScaling
from course_lib.shapes import BHTE, AnyBKSE, AnyValues, BoolsBT, IdsBT, Mask, Sequences


class View:
    """The inputs that a decoder layer gets besides the token vectors: positions, masks, rotations, and caches.

    If there is a cache, creating a `View` adds the new positions to the cache. Each layer then rotates its keys and
    appends them with `update`, so the cached keys are already rotated.

    Args:
        tokens: the ids or the vectors of the new tokens.
        positions: absolute positions, with -1 for padding. Default: the next positions after the cache, or 0 to T - 1.
        segments: for packed sequences, the number of the sequence to which each token belongs; see `attention_mask`.
            Can't be used with a cache.
        cache: a `DecoderCache` with the earlier tokens. The new tokens are appended to it.
        bias: a function that computes a bias for the attention scores; see `attention_mask`.
        memory: the output of an encoder. It is ignored if there is a cache, which has its own memory.

    Raises:
        CourseError: the tokens have a wrong shape, both segments and a cache are given, or the cache has a different
            number of rows.
    """

    def __init__(
        self,
        tokens: Sequences,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
        bias: Callable | None = None,
        memory: Memory | None = None,
    ):
        if tokens.dim() not in (2, 3):
            raise CourseError(f"tokens must have the shape B T (ids) or B T D (vectors), got {tuple(tokens.shape)}")
        if cache is not None and segments is not None:
            raise CourseError(
                "packed sequences can't be used with a cache, which holds one sequence per batch row; "
                "put each sequence into its own row"
            )
        self.segments, self.cache, self.bias = segments, cache, bias
        self.memory = cache.memory if cache is not None else memory
        self.shared_kv, self._masks, self._rotations = {}, {}, {}  # each is computed once for all layers
        if cache is not None:
            self.positions = cache.extend(tokens, positions)
        else:
            self.positions = torch.arange(tokens.shape[1], device=tokens.device) if positions is None else positions
        # True if no row has padding or gaps, so that all rows have the same positions
        self.is_plain = positions is None if cache is None else cache.is_plain

    def rotate(self, x: BHTE, rotary: Rotary | None) -> BHTE:
        """Rotate queries or keys according to their positions. Without a `Rotary`, return them unchanged."""
        return x if rotary is None else self.rotation(rotary, x.dtype)(x)

    def rotation(self, rotary: Rotary, dtype: torch.dtype) -> Rotation:
        """Return the rotation for the new positions, which is computed only once for all layers.

        Raises:
            CourseError: the text doesn't fit into the cache, because `DynamicNtkScaling` limits the number of cached
                tokens.
        """
        if rotary not in self._rotations:
            if self.cache is not None and isinstance(rotary.scaling, DynamicNtkScaling):
                rotary.scaling.check_cached(self.positions)
            self._rotations[rotary] = rotary.at(self.positions, dtype)
        return self._rotations[rotary]

    def update(self, layer: int, keys: AnyBKSE, values: AnyValues, share: bool = False) -> KeysValues:
        """Append new keys and values to the cache of a layer, if there is a cache, and return all keys and values.

        If `share` is True, the keys and values are also stored in `shared_kv` for later layers of this forward pass.
        """
        found = KeysValues(keys, values) if self.cache is None else self.cache.layers[layer].update(keys, values)
        if share:
            self.shared_kv[layer] = found
        return found

    def state(self, layer: int) -> RecurrentState:
        """Return the state of a recurrent layer before the new tokens. Without a cache, the state is empty."""
        return RecurrentState() if self.cache is None else self.cache.layers[layer]

    def real(self) -> BoolsBT | None:
        """Return a mask of the tokens that are not padding, or None if there is no padding.

        Recurrent layers need this mask, because padding must not change their state.

        Raises:
            CourseError: the batch contains packed sequences.
        """
        if self.segments is not None:
            raise CourseError(
                "packed sequences can't be used with a recurrent layer, which has one state per batch row; "
                "put each sequence into its own row"
            )
        return None if self.is_plain else self.positions >= 0

    def mask(self, window: int | None = None) -> Mask | None:
        """Return the attention mask of all layers with this window, or None if every query may attend to every key."""
        if window not in self._masks:
            self._masks[window] = self._make_mask(window)
        return self._masks[window]

    def _make_mask(self, window):
        sees_all = self.cache is None or window is None or self.cache.has_ring(window)
        if self.positions.shape[-1] == 1 and self.is_plain and self.bias is None and sees_all:
            return None  # a single new token can attend to the whole cache; a ring buffer contains only its window
        k_positions = self.positions if self.cache is None else self.cache.k_positions(window)
        return attention_mask(self.positions, k_positions, window, not self.is_plain, self.segments, self.bias)
