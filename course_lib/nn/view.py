"""What all layers of one forward pass share: positions, masks, rotations and caches."""

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
    """Which tokens the new ones see: all that a layer of a decoder gets beside their vectors.

    Args:
        tokens: the new ones, or vectors in their place.
        positions: absolute ones, -1 for padding; default: those after the cache, or 0 to T - 1.
        segments: which text of a row a token belongs to, where several share it; see `attention_mask`. No cache then.
        cache: a `DecoderCache` that holds the tokens before these, and takes these in.
        bias: what is added to the scores; see `attention_mask`.
        memory: what an encoder has handed over; default: that of the cache, if there is one.

    Raises:
        CourseError: another shape, segments with a cache, or a cache of other rows.
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
            raise CourseError(f"expected token ids B T, or vectors B T D, got shape {tuple(tokens.shape)}")
        if cache is not None and segments is not None:
            raise CourseError("several texts in a row can't be read with a cache: it keeps one text for each row")
        self.segments, self.cache, self.bias = segments, cache, bias
        self.memory = cache.memory if cache is not None else memory
        self.shared_kv, self._masks, self._rotations = {}, {}, {}  # each is made once, for all layers
        if cache is not None:
            self.positions = cache.extend(tokens, positions)
        else:
            self.positions = torch.arange(tokens.shape[1], device=tokens.device) if positions is None else positions
        self.is_plain = positions is None if cache is None else cache.is_plain

    def rotate(self, x: BHTE, rotary: Rotary | None) -> BHTE:
        """Turn queries or keys by their positions; without a `Rotary` they stay."""
        return x if rotary is None else self.rotation(rotary, x.dtype)(x)

    def rotation(self, rotary: Rotary, dtype: torch.dtype) -> Rotation:
        """The rotation at the new positions.

        Raises:
            CourseError: a text with a cache is longer than its `DynamicNtkScaling` allows.
        """
        if rotary not in self._rotations:
            if self.cache is not None and isinstance(rotary.scaling, DynamicNtkScaling):
                rotary.scaling.check_cached(self.positions)
            self._rotations[rotary] = rotary.at(self.positions, dtype)
        return self._rotations[rotary]

    def update(self, layer: int, keys: AnyBKSE, values: AnyValues, share: bool = False) -> KeysValues:
        """Append new keys and values to the cache of a layer, if there is one, and return all that queries may look at.

        With `share`, they stay in `shared_kv` for later layers of this forward pass.
        """
        found = KeysValues(keys, values) if self.cache is None else self.cache.layers[layer].update(keys, values)
        if share:
            self.shared_kv[layer] = found
        return found

    def state(self, layer: int) -> RecurrentState:
        """What a recurrent layer keeps of the tokens before these."""
        return RecurrentState() if self.cache is None else self.cache.layers[layer]

    def layer_cache(self, layer: int):
        """The cache of the layer with this number, or None."""
        return None if self.cache is None else self.cache.layers[layer]

    def real(self) -> BoolsBT | None:
        """Which of the new tokens are no padding; or None: all.

        Raises:
            CourseError: several texts share a row; who asks for this has one memory for each row.
        """
        if self.segments is not None:
            raise CourseError("several texts in a row can't be read by a layer with a memory: it has one for each row")
        return None if self.is_plain else self.positions >= 0

    def mask(self, window: int | None = None) -> Mask | None:
        """The `attention_mask` of layers with this window, T S or B 1 T S; or None: all see all."""
        if window not in self._masks:
            self._masks[window] = self._make_mask(window)
        return self._masks[window]

    def _make_mask(self, window):
        is_last = self.positions.shape[-1] == 1 and self.is_plain and self.bias is None  # it sees all within its window
        if is_last and window is None:
            return None
        k_positions = self.positions if self.cache is None else self.cache.k_positions(window)
        if is_last and k_positions.shape[-1] <= window:
            return None
        return attention_mask(self.positions, k_positions, window, not self.is_plain, self.segments, self.bias)
