"""Linear layers whose weights stay in few bits: they are unpacked while they are multiplied, and never learn.

To write one token is to read all weights once, with hardly anything to compute; so fewer bytes are less time.
"""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import BD, BF, FD, Ids, Numbers, Vectors

GROUP = 32  # numbers of a row that share a scale and a lowest value, in 4 bits
BLOCK = 16  # rows that torch's kernel for 4 bits takes at once


class PackedLinear(nn.Module):
    """x Wᵀ + b for a W, F D, in few bits; `product` multiplies by them, and `unpacked` gives W back.

    `product` is for CPUs, and rounds x to 16 bits. On other devices, and from `many` rows of x on, W is unpacked.
    """

    many = math.inf

    def __init__(self, shape: tuple[int, int], bias: nn.Parameter | None, **tensors: torch.Tensor):
        super().__init__()
        self.out_features, self.in_features = shape
        self.bias = bias
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor.detach(), persistent=False)

    def forward(self, x: Numbers) -> torch.Tensor:
        rows = x.reshape(-1, self.in_features)
        if x.is_cpu and len(rows) < self.many:
            y = self.product(rows).to(x.dtype)
        else:
            y = F.linear(rows, self.unpacked().to(x.dtype))
        return (y if self.bias is None else y + self.bias).view(*x.shape[:-1], -1)

    @property
    def nbytes(self) -> int:
        """The memory of W."""
        return sum(buffer.nbytes for buffer in self.buffers())


class HalfLinear(PackedLinear):
    """W as it is stored: in 16 bits, torch.bfloat16 or torch.float16."""

    many = 4

    def __init__(self, weight: FD, bias: nn.Parameter | None = None):
        super().__init__(weight.shape, bias, weight=weight)

    def product(self, x: BD) -> BF:
        """x Wᵀ for some rows."""
        return F.linear(x.to(self.weight.dtype), self.weight)

    def unpacked(self) -> FD:
        """W."""
        return self.weight.float()

    def rows(self, ids: Ids) -> Vectors:
        """Some rows of W."""
        return self.weight[ids].float()


class Int8Linear(PackedLinear):
    """W in whole numbers from -127 to 127, and a scale for each row, whose largest number became 127."""

    many = 32

    def __init__(self, weight: FD, bias: nn.Parameter | None = None):
        scales = (weight.abs().amax(dim=1) / 127).clamp_min(1e-30).bfloat16()
        numbers = (weight / scales.unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
        super().__init__(weight.shape, bias, numbers=numbers, scales=scales)

    def product(self, x: BD) -> BF:
        """x Wᵀ for some rows."""
        return torch._weight_int8pack_mm(x.bfloat16(), self.numbers, self.scales)

    def unpacked(self) -> FD:
        """W, nearly."""
        return self.numbers * self.scales.float().unsqueeze(1)

    def rows(self, ids: Ids) -> Vectors:
        """Some rows of W."""
        return self.numbers[ids] * self.scales[ids].float().unsqueeze(-1)


class Int4Linear(PackedLinear):
    """W in whole numbers from 0 to 15; each group of 32 of a row has a scale and a lowest value.

    Args:
        numbers: F D.
        scales, lowest: F D/32; W is lowest + scale · number.
        bias: of the layer.

    Raises:
        CourseError: rows or columns that can't be cut into groups, see `fits`.
    """

    @staticmethod
    def fits(shape: Sequence[int]) -> bool:
        """Whether a matrix can be kept so: its columns are some times 32, and its rows some times 16."""
        return shape[0] % BLOCK == shape[1] % GROUP == 0

    def __init__(
        self, numbers: torch.Tensor, scales: torch.Tensor, lowest: torch.Tensor, bias: nn.Parameter | None = None
    ):
        if not self.fits(numbers.shape):
            raise CourseError(f"a matrix in 4 bits has rows by {BLOCK} and columns by {GROUP}, got {(*numbers.shape,)}")
        middles = lowest + 8 * scales  # of numbers from -8 to 7, as torch has them
        scales = torch.stack([scales, middles], dim=-1).transpose(0, 1).bfloat16().contiguous()
        packed = torch._convert_weight_to_int4pack_for_cpu(numbers.int().contiguous(), 1)
        super().__init__(numbers.shape, bias, numbers=packed, scales=scales)

    def product(self, x: BD) -> BF:
        """x Wᵀ for some rows."""
        return torch._weight_int4pack_mm_for_cpu(x.bfloat16(), self.numbers, GROUP, self.scales)

    def unpacked(self) -> FD:
        """W. How its bits lie is the CPU's business, so they are multiplied by 1 there, one column after the other."""
        ones, numbers, scales = torch.eye(self.in_features), self.numbers.cpu(), self.scales.cpu().float()
        return torch._weight_int4pack_mm_for_cpu(ones, numbers, GROUP, scales).T.to(self.numbers.device)


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
