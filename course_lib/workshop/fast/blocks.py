"""The memory layout of 4-bit weights: two numbers per byte, in the order in which a CPU multiplies them fastest.

The rows of a matrix are divided into blocks of 64. Within a block, the numbers of a column are adjacent, so that one
instruction processes many rows. A byte holds one number from the first 32 rows of a block and one from the last 32.
llama.cpp repacks its matrices in a similar way.
"""

import torch

from course_lib.shapes import Numbers
from course_lib.workshop.fast.loops import LANES, STEPS, STRIDE

BLOCK = 2 * LANES


def in_bytes(numbers: torch.Tensor) -> torch.Tensor:
    """Pack numbers from 0 to 15, F D, into bytes with the shape F/64 D/32 8 4 32."""
    rows = numbers.to(torch.uint8).unflatten(1, (-1, STEPS, STRIDE)).unflatten(0, (-1, 2, LANES))
    low, high = rows.movedim(2, -1).unbind(dim=1)
    return (low | high << 4).contiguous()


def by_blocks(values: Numbers) -> torch.Tensor:
    """Convert the values of groups, F D/32, to 16 bits in the layout of the packed numbers, F/64 D/32 2 32."""
    return values.half().view(torch.uint16).unflatten(0, (-1, 2, LANES)).movedim(3, 1).contiguous()
