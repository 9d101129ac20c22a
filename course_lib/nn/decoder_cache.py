"""What a decoder keeps of the tokens that it has read, over all its layers (slide "KV Caching")."""

import torch

from course_lib.errors import CourseError
from course_lib.nn.kv_cache import cache_for


class DecoderCache:
    """A cache for each layer, and the positions of what they hold; -1 marks padding, which nobody attends to.

    Args:
        window_sizes: for each layer how many positions it sees, None for all.
    """

    def __init__(self, window_sizes):
        self.layers = [cache_for(window_size) for window_size in window_sizes]
        # Positions travel through caches like keys, so that each stands where its key stands.
        self._positions = {window_size: cache_for(window_size) for window_size in window_sizes}
        self._last, self._plain = None, True

    def __len__(self):
        """How many tokens the longest sequence in it has, those that have left a window counted."""
        return 0 if self._last is None else int(self._last.max()) + 1

    def is_plain(self, positions):
        """Whether no row has padding or gaps, nor gets any with these `positions`: so far, all were None (the default).

        One token that comes next may then attend to all that a layer holds for it, without a mask.
        """
        self._plain = self._plain and positions is None
        return self._plain

    def following(self, tokens):
        """The positions of `tokens`, B T, that come next: each row goes on from where it stands."""
        steps = torch.arange(tokens.shape[1], device=tokens.device).expand(tokens.shape)
        return steps if self._last is None else self._same_rows(steps) + 1 + self._last

    def extend(self, positions):
        """Take in the `positions` of new tokens, B T.

        Returns:
            For each window size, the positions of the keys that the new queries will find in such a layer, B S.

        Raises:
            CourseError: the cache holds another number of rows.
        """
        last = positions.amax(dim=1, keepdim=True)
        self._last = last if self._last is None else torch.maximum(self._last, self._same_rows(last))
        column = positions[:, None, :, None]  # B K S E with one head, one number wide
        return {w: cache.update(column, column).keys[:, 0, :, 0] for w, cache in self._positions.items()}

    def select(self, rows):
        """Keep the sequences `rows` (a tensor of indices into B), in that order."""
        self._last = self._last[rows]
        for cache in (*self.layers, *self._positions.values()):
            cache.select(rows)

    def _same_rows(self, positions):
        if len(positions) != len(self._last):
            raise CourseError(f"the cache holds {len(self._last)} rows, so it can't take in {len(positions)}")
        return positions
