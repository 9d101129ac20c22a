"""Distance as a number that is added to the scores (Raffel et al. 2020, section 2.1)."""

import math

import torch
from torch import nn

from course_lib.shapes import FloatMask, Ids, PositionsS, PositionsT


class RelativePositionBias(nn.Module):
    """One learned number per head and bucket of distances; small distances have a bucket each, large ones share.

    Args:
        num_heads: H.
        bidirectional: whether keys may lie on both sides (an encoder) or only before the query (a decoder).
        num_buckets: how many numbers each head learns.
        max_distance: from here on, all distances share the last bucket.
    """

    def __init__(self, num_heads: int, bidirectional: bool, num_buckets: int = 32, max_distance: int = 128):
        super().__init__()
        self.bidirectional, self.num_buckets, self.max_distance = bidirectional, num_buckets, max_distance
        self.table = nn.Embedding(num_buckets, num_heads)

    def forward(self, q_positions: PositionsT, k_positions: PositionsS) -> FloatMask:
        """What is added to the scores: H T S, or B H T S where positions differ by sequence."""
        distance = q_positions.unsqueeze(-1) - k_positions.unsqueeze(-2)
        return self.table(self.bucket(distance)).movedim(-1, -3)

    def bucket(self, distance: Ids) -> Ids:
        """The bucket of each distance (query position minus key position), same shape."""
        if not self.bidirectional:
            return self._one_side(distance.clamp(min=0), self.num_buckets)
        half = self.num_buckets // 2
        return self._one_side(distance.abs(), half) + half * (distance < 0)

    def _one_side(self, distance, buckets):
        """Half of the buckets hold one distance each; the others grow in width, evenly in the logarithm."""
        exact = buckets // 2
        ratio = distance.clamp(min=exact).float() / exact
        wide = exact + (ratio.log() / math.log(self.max_distance / exact) * (buckets - exact)).long()
        return torch.where(distance < exact, distance, wide.clamp(max=buckets - 1))
