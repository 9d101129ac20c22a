"""What a decoder keeps of the tokens that it has read, over all its layers (slide "KV Caching")."""

import torch

from course_lib.errors import CourseError
from course_lib.nn.kv_cache import KVCache


class DecoderCache:
    """The positions of the tokens so far, B S, and a `KVCache` per layer; -1 marks padding, which nobody attends to."""

    def __init__(self, num_layers):
        self.layers = [KVCache() for _ in range(num_layers)]
        self.positions = None

    def __len__(self):
        """S, how many tokens of each row are kept, padding included."""
        return 0 if self.positions is None else self.positions.shape[1]

    def following(self, tokens):
        """The positions of `tokens`, B T, that come next: each row goes on from where it stands."""
        steps = torch.arange(tokens.shape[1], device=tokens.device).expand(tokens.shape)
        return (
            steps if self.positions is None else self._same_rows(steps) + 1 + self.positions.amax(dim=1, keepdim=True)
        )

    def extend(self, positions):
        """Take in the `positions` of new tokens, B T, and return all so far, B S.

        Raises:
            CourseError: the cache holds another number of rows.
        """
        if self.positions is None:
            self.positions = positions
        else:
            self.positions = torch.cat([self.positions, self._same_rows(positions)], dim=1)
        return self.positions

    def _same_rows(self, positions):
        if len(positions) != len(self.positions):
            raise CourseError(f"the cache holds {len(self.positions)} rows, so it can't take in {len(positions)}")
        return positions

    def select(self, rows):
        """Keep the sequences `rows` (a tensor of indices into B), in that order."""
        self.positions = self.positions[rows]
        for layer in self.layers:
            layer.select(rows)
