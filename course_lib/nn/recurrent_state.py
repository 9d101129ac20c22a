"""What a layer keeps that has no keys and values to keep: a memory of one size, however much it has read."""

import torch

from course_lib.nn.kv_cache import expect_rows
from course_lib.shapes import Rows


class RecurrentState:
    """Some tensors, with the rows first, that sum up all tokens so far; a `DecoderCache` has one for such a layer."""

    def __init__(self):
        self.held = ()

    def read(self, *empty: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What is held; before the first token, that is what stands for an `empty` memory.

        Raises:
            CourseError: it holds another number of rows.
        """
        if not self.held:
            return empty
        expect_rows(self.held[0], empty[0])
        return self.held

    def write(self, *held: torch.Tensor) -> None:
        """Hold these from now on."""
        self.held = held

    def select(self, rows: Rows) -> None:
        """Keep the sequences `rows` (a tensor of indices into B), in that order."""
        self.held = tuple(tensor[rows] for tensor in self.held)

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return sum(tensor.nbytes for tensor in self.held)
