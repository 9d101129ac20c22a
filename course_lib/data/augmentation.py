"""Pictures that are looked at a little differently each time, so that a model can't learn them by heart."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.shapes import BytesBCYX


@dataclass(frozen=True)
class RandomViews:
    """Moves pictures, turns them left to right, and exchanges their colours.

    Args:
        shift: pixels that a picture is moved at most, up or down and left or right; its edge is repeated.
        flip: the share of pictures that are turned left to right.
        recolour: the share of pictures whose channels change places, so that red may become blue.
    """

    shift: int = 0
    flip: float = 0.0
    recolour: float = 0.0

    def __call__(self, pixels: BytesBCYX, random: torch.Generator) -> BytesBCYX:
        """Other views of the pictures, drawn by `random`."""
        count, channels, height, width = pixels.shape
        flipped = torch.rand(count, generator=random) < self.flip
        pixels = torch.where(flipped.view(-1, 1, 1, 1), pixels.flip(3), pixels)
        order = torch.rand(count, channels, generator=random).argsort(dim=1)
        order[torch.rand(count, generator=random) >= self.recolour] = torch.arange(channels)
        pixels = pixels.gather(1, order.view(count, channels, 1, 1).expand_as(pixels))
        if not self.shift:
            return pixels
        padded = F.pad(pixels.float(), [self.shift] * 4, mode="replicate").to(pixels.dtype)
        corners = torch.randint(2 * self.shift + 1, (count, 2), generator=random).tolist()
        moved = [p[:, y : y + height, x : x + width] for p, (y, x) in zip(padded, corners, strict=True)]
        return torch.stack(moved)
