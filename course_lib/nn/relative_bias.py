"""Relative position bias: a learned number per distance, added to the scores (Raffel et al. 2020, section 2.1)."""

import math

import torch
from torch import nn

from course_lib.shapes import FloatMask, Ids, PositionsS, PositionsT


class RelativePositionBias(nn.Module):
    """A learned bias for attention scores, with one number per head and bucket of distances.

    Each small distance has its own bucket, and larger distances share buckets.

    Args:
        num_heads: H, the number of heads.
        bidirectional: whether keys can be on both sides of the query (encoder) or only before it (decoder).
        num_buckets: number of buckets per head.
        max_distance: distances of `max_distance` or more share the last bucket.
    """

    def __init__(self, num_heads: int, bidirectional: bool, num_buckets: int = 32, max_distance: int = 128):
        super().__init__()
        self.bidirectional, self.num_buckets, self.max_distance = bidirectional, num_buckets, max_distance
        self.table = nn.Embedding(num_buckets, num_heads)

    def forward(self, q_positions: PositionsT, k_positions: PositionsS) -> FloatMask:
        """Return the bias to add to the scores, H T S, or B H T S if the positions differ between batch rows."""
        distance = q_positions.unsqueeze(-1) - k_positions.unsqueeze(-2)
        return self.table(self.bucket(distance)).movedim(-1, -3)

    def bucket(self, distance: Ids) -> Ids:
        """Return the bucket of each distance, which is the query's position minus the key's position."""
        if not self.bidirectional:
            return self._one_side(distance.clamp(min=0), self.num_buckets)
        half = self.num_buckets // 2
        return self._one_side(distance.abs(), half) + half * (distance < 0)

    def _one_side(self, distance, buckets):
        """Return the bucket of each distance, if no distance is negative.

        Half of the buckets contain one distance each, and the widths of the others grow exponentially.
        """
        exact = buckets // 2
        ratio = distance.clamp(min=exact).float() / exact
        wide = exact + (ratio.log() / math.log(self.max_distance / exact) * (buckets - exact)).long()
        return torch.where(distance < exact, distance, wide.clamp(max=buckets - 1))
