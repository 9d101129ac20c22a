"""Data augmentation: random shifts and flips of training pictures, so that a model can't memorize them."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.shapes import BytesBCYX


@dataclass(frozen=True)
class RandomViews:
    """A data augmentation that shifts and mirrors pictures at random.

    Args:
        shift: the maximum shift in pixels, vertically and horizontally. The edge pixels are repeated to fill the gap.
        flip: the probability that a picture is mirrored left to right.
    """

    shift: int = 0
    flip: float = 0.0

    def __call__(self, pixels: BytesBCYX, random: torch.Generator) -> BytesBCYX:
        """Return copies of the pictures, each shifted and mirrored at random."""
        count, _, height, width = pixels.shape
        flipped = torch.rand(count, generator=random) < self.flip
        pixels = torch.where(flipped.view(-1, 1, 1, 1), pixels.flip(3), pixels)
        if not self.shift:
            return pixels
        padded = F.pad(pixels.float(), [self.shift] * 4, mode="replicate").to(pixels.dtype)
        corners = torch.randint(2 * self.shift + 1, (count, 2), generator=random).tolist()
        moved = [p[:, y : y + height, x : x + width] for p, (y, x) in zip(padded, corners, strict=True)]
        return torch.stack(moved)
