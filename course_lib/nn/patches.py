"""A picture as a sequence of vectors (slide "Vision Transformers Basics"; Dosovitskiy et al. 2021, section 3.1)."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import BCYX, BPD, Patches


def cut_into_patches(pixels: BCYX, patch_size: int) -> Patches:
    """Cut pictures into squares, row by row, and flatten each to C · patch_size² numbers.

    Within a patch, the numbers stand color by color, then row by row. What is left over at the right and the lower
    edge is dropped.
    """
    return F.unfold(pixels, patch_size, stride=patch_size).transpose(1, 2)


class PatchEmbedding(nn.Module):
    """Each patch is flattened, and the same linear layer maps it to D.

    Written as a convolution whose step is as long as its window is wide, which computes the same.

    Raises:
        CourseError: the pictures have another number of channels, or are smaller than a patch.
    """

    def __init__(self, patch_size: int, num_channels: int, d_model: int):
        super().__init__()
        self.proj = nn.Conv2d(num_channels, d_model, kernel_size=patch_size, stride=patch_size)

    def forward(self, pixels: BCYX) -> BPD:
        self.check(pixels)
        return self.proj(pixels).flatten(2).transpose(1, 2)

    def check(self, pixels: torch.Tensor) -> None:
        """Raise a CourseError unless `pixels` are pictures that can be cut into patches."""
        channels, patch_size = self.proj.in_channels, self.proj.kernel_size[0]
        if pixels.dim() != 4 or pixels.shape[1] != channels:
            raise CourseError(f"expected pictures of {channels} channels, B {channels} Y X, got {tuple(pixels.shape)}")
        height, width = pixels.shape[2:]
        if min(height, width) < patch_size:
            raise CourseError(f"a picture of {height} x {width} pixels is smaller than a patch of {patch_size}")
