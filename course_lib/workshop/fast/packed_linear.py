"""Linear layers with packed weights: the weights are unpacked during the multiplication and can't be trained.

To generate one token, a model must read all its weights once, with little to compute, so fewer bytes take less time.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import BD, BF, FD, Ids, Numbers, Vectors

MANY = 32  # rows; PyTorch multiplies this many faster
LOOPED = {
    torch.float32: torch.float32,
    torch.float16: torch.uint16,
    torch.bfloat16: torch.int16,
}  # types that numpy supports


def is_few(x: BD) -> bool:
    """Return whether to use compiled loops: for fewer than `MANY` rows, on a CPU, without gradients."""
    return x.is_cpu and x.shape[0] < MANY and not (x.requires_grad and torch.is_grad_enabled())


def looped(x: BD, matrix: Sequence[torch.Tensor]) -> BF:
    """Compute x Wᵀ for a few rows x with the compiled function `loops.linear`. W has one or several parts."""
    from course_lib.workshop.fast import loops  # importing numba takes a second

    return torch.from_numpy(loops.product(x.detach().contiguous().numpy(), as_arrays(matrix)))


def as_arrays(matrix: Iterable[torch.Tensor]) -> tuple[np.ndarray, ...]:
    """Return the parts of W as numpy arrays that share their memory."""
    return tuple(part.detach().view(LOOPED.get(part.dtype, part.dtype)).numpy() for part in matrix)


class PackedLinear(nn.Module):
    """A linear layer x Wᵀ + b with W stored in few bits. Its buffers are the parts of W, and `unpacked` returns W.

    For a few rows on a CPU, the compiled loops use the parts directly. On other devices, for `MANY` rows or more, and
    if gradients are needed, W is unpacked.

    Args:
        shape: the shape of W, F D.
        bias: the bias b, or None.
        parts: the parts of W by name.
    """

    def __init__(self, shape: tuple[int, int], bias: torch.Tensor | None, **parts: torch.Tensor):
        super().__init__()
        self.out_features, self.in_features = shape
        self.bias = bias
        for name, part in parts.items():
            self.register_buffer(name, part.detach(), persistent=False)

    def like(self, out_features: int, bias: torch.Tensor | None, **parts: torch.Tensor) -> "PackedLinear":
        """Return a layer of the same class and input size with other parts."""
        layer = type(self).__new__(type(self))
        PackedLinear.__init__(layer, (out_features, self.in_features), bias, **parts)
        return layer

    def forward(self, x: Numbers) -> torch.Tensor:
        rows = x.reshape(-1, self.in_features)
        if is_few(rows):
            y = looped(rows.float(), list(self.buffers())).to(x.dtype)
        else:
            y = F.linear(rows, self.unpacked().to(x.dtype))
        return (y if self.bias is None else y + self.bias).view(*x.shape[:-1], self.out_features)

    @property
    def weight(self) -> FD:
        """W, unpacked."""
        return self.unpacked()

    @property
    def nbytes(self) -> int:
        """The size of W in bytes."""
        return sum(buffer.nbytes for buffer in self.buffers())


class HalfLinear(PackedLinear):
    """A packed layer with W in 16 bits, as torch.bfloat16 or torch.float16."""

    def __init__(self, weight: FD, bias: nn.Parameter | None = None):
        super().__init__(weight.shape, bias, stored=weight)

    def unpacked(self) -> FD:
        """Return W."""
        return self.stored.float()

    def rows(self, ids: Ids) -> Vectors:
        """Return some rows of W."""
        return self.stored[ids].float()


class Int8Linear(PackedLinear):
    """A packed layer with W as integers from -127 to 127, and one scale per row."""

    def __init__(self, weight: FD, bias: nn.Parameter | None = None):
        scales = (weight.float().abs().amax(dim=1) / 127).clamp_min(1e-30)
        numbers = (weight / scales.unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
        super().__init__(weight.shape, bias, numbers=numbers, scales=scales)

    def unpacked(self) -> FD:
        """Return W, up to rounding."""
        return self.numbers * self.scales.unsqueeze(1)

    def rows(self, ids: Ids) -> Vectors:
        """Return some rows of W."""
        return self.numbers[ids] * self.scales[ids].unsqueeze(-1)


class Int4Linear(PackedLinear):
    """A packed layer with W as integers from 0 to 15. Each group of 32 in a row has a scale and a minimum.

    For a few rows x, each group of x is also rounded, to integers from -127 to 127.

    Args:
        numbers: the integers, F D.
        scales, lowest: scale and minimum of each group, F D/32. W is lowest + scale · number.
        bias: bias of the layer. Default: no bias.

    Raises:
        CourseError: the shape can't be divided into groups and blocks, see `fits`.
    """

    @staticmethod
    def fits(shape: Sequence[int]) -> bool:
        """Return whether a matrix of this shape can be packed: F must be a multiple of 64, and D a multiple of 32."""
        from course_lib.workshop.fast import blocks, loops  # importing numba takes a second

        return shape[0] % blocks.BLOCK == shape[1] % loops.GROUP == 0

    def __init__(
        self, numbers: torch.Tensor, scales: torch.Tensor, lowest: torch.Tensor, bias: nn.Parameter | None = None
    ):
        from course_lib.workshop.fast import blocks, loops

        if not self.fits(numbers.shape):
            raise CourseError(
                f"the rows and columns of a 4-bit matrix must be multiples of {blocks.BLOCK} and {loops.GROUP}, "
                f"got {(*numbers.shape,)}"
            )
        parts = {"scales": blocks.by_blocks(scales), "lowest": blocks.by_blocks(lowest)}
        super().__init__(numbers.shape, bias, numbers=blocks.in_bytes(numbers), **parts)

    def unpacked(self) -> FD:
        """Return W."""
        from course_lib.workshop.fast import loops

        weight = loops.unpack(*(buffer.cpu().numpy() for buffer in self.buffers()))
        return torch.from_numpy(weight).to(self.numbers.device)


class PackedTable(nn.Module):
    """The table of a `TokenEmbedding`, stored in a packed layer, which can also be the output layer."""

    def __init__(self, layer: HalfLinear | Int8Linear):
        super().__init__()
        self.layer, self.num_embeddings = layer, layer.out_features

    def forward(self, ids: Ids) -> Vectors:
        return self.layer.rows(ids)


class PackedMatrix:
    """Packed layers with the same input, and the normalization before them. It replaces a `Matrix`."""

    def __init__(self, *layers: PackedLinear, norm: nn.Module | None = None):
        self.layers, self.norm = layers, norm

    def __call__(self, x: BD) -> BF:
        x = x if self.norm is None else self.norm(x)
        parts = [layer(x) for layer in self.layers]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)
