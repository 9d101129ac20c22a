"""What the tokens of one forward pass see: the only place that says who may attend to whom."""

from collections.abc import Callable

import torch

from course_lib.errors import CourseError
from course_lib.nn.decoder_cache import DecoderCache
from course_lib.nn.kv_cache import KVCache
from course_lib.nn.masks import biased, causal_mask, segment_mask, window_mask
from course_lib.nn.recurrent_state import RecurrentState
from course_lib.shapes import BoolsBT, IdsBT, Mask, Sequences


class View:
    """The positions of new tokens, and the masks of the layers of a decoder.

    Real tokens see themselves and real tokens before them, in the same text and within the window of the layer.

    Args:
        tokens: the new ones, or vectors in their place.
        positions: absolute ones, -1 for padding; default: those after the cache, or 0 to T - 1.
        segments: where several texts share a row: attention stays among equal numbers. Not with a cache.
        cache: a `DecoderCache` that holds the tokens before these, and takes these in.
        bias: a function from the positions of queries and of keys to numbers that are added to
            the scores, H T S or B H T S.

    Raises:
        CourseError: segments with a cache, or a cache of other rows.
    """

    def __init__(
        self,
        tokens: Sequences,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
        bias: Callable | None = None,
    ):
        if cache is not None and segments is not None:
            raise CourseError("several texts in a row can't be read with a cache: it keeps one text for each row")
        self.segments, self.cache, self.bias, self._masks = segments, cache, bias, {}
        if cache is not None:
            self.positions = cache.extend(tokens, positions)
        else:
            self.positions = torch.arange(tokens.shape[1], device=tokens.device) if positions is None else positions
        self.is_plain = positions is None if cache is None else cache.is_plain

    def layer_cache(self, layer: int) -> KVCache | RecurrentState | None:
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

    def mask(self, window_size: int | None = None) -> Mask | None:
        """Who may attend to whom in a layer with this window: T S or B 1 T S, a float mask with a bias; or None: all.

        It is made once for all layers with the same window.
        """
        if window_size not in self._masks:
            self._masks[window_size] = None if self._sees_all(window_size) else self._make_mask(window_size)
        return self._masks[window_size]

    def _k_positions(self, window_size):
        return self.positions if self.cache is None else self.cache.k_positions(window_size)

    def _sees_all(self, window_size):
        """Whether a single new token stands behind all that the layer holds, which lies within its window."""
        is_last = self.positions.shape[-1] == 1 and self.is_plain and self.bias is None
        return is_last and (window_size is None or self._k_positions(window_size).shape[-1] <= window_size)

    def _make_mask(self, window_size):
        k_positions = self._k_positions(window_size)
        if window_size is None:
            mask = causal_mask(self.positions, k_positions)
        else:
            mask = window_mask(self.positions, k_positions, window_size)
        if not self.is_plain:
            mask = mask & (k_positions >= 0).unsqueeze(-2).unsqueeze(-3)
        if self.segments is not None:
            mask = mask & segment_mask(self.segments, self.segments)
        return mask if self.bias is None else biased(self.bias(self.positions, k_positions), mask)
