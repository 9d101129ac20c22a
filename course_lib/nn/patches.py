"""Image patches as a sequence of vectors (slide "Vision Transformers Basics"; Dosovitskiy et al. 2021, section 3.1)."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import BCYX, BPD, Patches


def cut_into_patches(pixels: BCYX, patch_size: int) -> Patches:
    """Cut images into square patches, row by row, and flatten each patch to C · patch_size² numbers.

    Within a patch, the numbers are ordered by channel, then row by row. Leftover pixels at the right and bottom edges
    are dropped.
    """
    return F.unfold(pixels, patch_size, stride=patch_size).transpose(1, 2)


class PatchEmbedding(nn.Module):
    """A linear layer that maps each flattened image patch to a vector of size D.

    It is implemented as a convolution whose stride equals its kernel size.

    Args:
        patch_size: side length of a patch in pixels.
        num_channels: C, the number of channels of the images.
        d_model: D, the width of the model.
    """

    def __init__(self, patch_size: int, num_channels: int, d_model: int):
        super().__init__()
        self.proj = nn.Conv2d(num_channels, d_model, kernel_size=patch_size, stride=patch_size)

    def forward(self, pixels: BCYX) -> BPD:
        self.check(pixels)
        return self.proj(pixels).flatten(2).transpose(1, 2)

    def check(self, pixels: torch.Tensor) -> None:
        """Check that images can be cut into patches.

        Raises:
            CourseError: `pixels` doesn't have four axes, the number of channels is wrong, or the images are smaller
                than a patch.
        """
        channels, patch_size = self.proj.in_channels, self.proj.kernel_size[0]
        if pixels.dim() != 4 or pixels.shape[1] != channels:
            raise CourseError(
                f"images must have the shape B {channels} Y X ({channels} channels), got {tuple(pixels.shape)}"
            )
        height, width = pixels.shape[2:]
        if min(height, width) < patch_size:
            raise CourseError(
                f"images can't be smaller than a patch, {patch_size} x {patch_size} pixels, got {height} x {width}; "
                "use larger images"
            )
