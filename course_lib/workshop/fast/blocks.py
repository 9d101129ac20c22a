"""Numbers of 4 bits, two in a byte, in the order in which a processor multiplies them fastest.

Rows of a matrix lie in blocks of 64, and the numbers of a column side by side: so one instruction serves many rows. A
byte holds a number of the first 32 rows of its block and one of the others. llama.cpp repacks its matrices likewise.
"""

import torch

from course_lib.shapes import Numbers
from course_lib.workshop.fast.loops import LANES, STEPS, STRIDE

BLOCK = 2 * LANES


def in_bytes(numbers: torch.Tensor) -> torch.Tensor:
    """Numbers from 0 to 15, F D, as bytes: F/64 D/32 8 4 32."""
    rows = numbers.to(torch.uint8).unflatten(1, (-1, STEPS, STRIDE)).unflatten(0, (-1, 2, LANES))
    low, high = rows.movedim(2, -1).unbind(dim=1)
    return (low | high << 4).contiguous()


def by_blocks(values: Numbers) -> torch.Tensor:
    """Values of groups, F D/32, in 16 bits beside the numbers that they belong to: F/64 D/32 2 32."""
    return values.half().view(torch.uint16).unflatten(0, (-1, 2, LANES)).movedim(3, 1).contiguous()
