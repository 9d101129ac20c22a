"""Linear layers whose weights stay in few bits: they are unpacked while they are multiplied, and never learn.

To write one token is to read all weights once, with hardly anything to compute; so fewer bytes are less time.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import BD, BF, FD, Ids, Numbers, Vectors

MANY = 32  # rows: that many are multiplied faster by torch
LOOPED = {torch.float32: torch.float32, torch.float16: torch.uint16, torch.bfloat16: torch.int16}  # as numpy knows them


def is_few(x: BD) -> bool:
    """Whether loops are to multiply these rows: fewer than `MANY`, on a CPU, without gradients, which need torch."""
    return x.is_cpu and x.shape[0] < MANY and not (x.requires_grad and torch.is_grad_enabled())


def looped(x: BD, matrix: Sequence[torch.Tensor]) -> BF:
    """x Wᵀ for a few rows x and a W of one or several parts, by the compiled loop `linear` of `loops`."""
    from course_lib.workshop.fast import loops  # numba takes a second to import

    return torch.from_numpy(loops.product(x.detach().contiguous().numpy(), as_arrays(matrix)))


def as_arrays(matrix: Iterable[torch.Tensor]) -> tuple[np.ndarray, ...]:
    """The parts of a W for loops: the same memory."""
    return tuple(part.detach().view(LOOPED.get(part.dtype, part.dtype)).numpy() for part in matrix)


class PackedLinear(nn.Module):
    """x Wᵀ + b for a W, F D, in few bits, whose parts are its buffers; `unpacked` gives W back.

    On a CPU a few rows are multiplied by the parts. On other devices, for `MANY` rows, and where gradients are wanted,
    W is unpacked.
    """

    def __init__(self, shape: tuple[int, int], bias: torch.Tensor | None, **parts: torch.Tensor):
        super().__init__()
        self.out_features, self.in_features = shape
        self.bias = bias
        for name, part in parts.items():
            self.register_buffer(name, part.detach(), persistent=False)

    def like(self, out_features: int, bias: torch.Tensor | None, **parts: torch.Tensor) -> "PackedLinear":
        """A layer of the same kind, with as many inputs, that is made of other parts."""
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
        """The memory of W."""
        return sum(buffer.nbytes for buffer in self.buffers())


class HalfLinear(PackedLinear):
    """W as it is stored: in 16 bits, torch.bfloat16 or torch.float16."""

    def __init__(self, weight: FD, bias: nn.Parameter | None = None):
        super().__init__(weight.shape, bias, stored=weight)

    def unpacked(self) -> FD:
        """W."""
        return self.stored.float()

    def rows(self, ids: Ids) -> Vectors:
        """Some rows of W."""
        return self.stored[ids].float()


class Int8Linear(PackedLinear):
    """W in whole numbers from -127 to 127, and a scale for each row, whose largest number became 127."""

    def __init__(self, weight: FD, bias: nn.Parameter | None = None):
        scales = (weight.float().abs().amax(dim=1) / 127).clamp_min(1e-30)
        numbers = (weight / scales.unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
        super().__init__(weight.shape, bias, numbers=numbers, scales=scales)

    def unpacked(self) -> FD:
        """W, nearly."""
        return self.numbers * self.scales.unsqueeze(1)

    def rows(self, ids: Ids) -> Vectors:
        """Some rows of W."""
        return self.numbers[ids] * self.scales[ids].unsqueeze(-1)


class Int4Linear(PackedLinear):
    """W in whole numbers from 0 to 15; each group of 32 of a row has a scale and a lowest value.

    Where a few rows x are multiplied, x is rounded, too: each group of it to whole numbers from -127 to 127.

    Args:
        numbers: F D.
        scales, lowest: F D/32; W is lowest + scale · number.
        bias: of the layer.

    Raises:
        CourseError: rows or columns that can't be cut into groups, see `fits`.
    """

    @staticmethod
    def fits(shape: Sequence[int]) -> bool:
        """Whether a matrix can be kept so: its columns are some times 32, and its rows some times 64."""
        from course_lib.workshop.fast import blocks, loops  # numba takes a second to import

        return shape[0] % blocks.BLOCK == shape[1] % loops.GROUP == 0

    def __init__(
        self, numbers: torch.Tensor, scales: torch.Tensor, lowest: torch.Tensor, bias: nn.Parameter | None = None
    ):
        from course_lib.workshop.fast import blocks, loops

        if not self.fits(numbers.shape):
            raise CourseError(
                f"a matrix in 4 bits has rows by {blocks.BLOCK} and columns by {loops.GROUP}, got {(*numbers.shape,)}"
            )
        parts = {"scales": blocks.by_blocks(scales), "lowest": blocks.by_blocks(lowest)}
        super().__init__(numbers.shape, bias, numbers=blocks.in_bytes(numbers), **parts)

    def unpacked(self) -> FD:
        """W."""
        from course_lib.workshop.fast import loops

        weight = loops.unpack(*(buffer.cpu().numpy() for buffer in self.buffers()))
        return torch.from_numpy(weight).to(self.numbers.device)


class PackedTable(nn.Module):
    """The table of a `TokenEmbedding` as rows of a packed layer, which may also be the output layer."""

    def __init__(self, layer: HalfLinear | Int8Linear):
        super().__init__()
        self.layer, self.num_embeddings = layer, layer.out_features

    def forward(self, ids: Ids) -> Vectors:
        return self.layer.rows(ids)


class PackedMatrix:
    """Layers that read the same vectors, with the normalization before them: what a `Matrix` is for packed ones."""

    def __init__(self, *layers: PackedLinear, norm: nn.Module | None = None):
        self.layers, self.norm = layers, norm

    def __call__(self, x: BD) -> BF:
        x = x if self.norm is None else self.norm(x)
        parts = [layer(x) for layer in self.layers]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)
