"""The state of a recurrent layer, which has the same size for any number of tokens."""

import torch

from course_lib.nn.kv_cache import expect_rows
from course_lib.shapes import Rows


class RecurrentState:
    """Tensors that summarize all tokens so far, with the batch axis first.

    A `DecoderCache` has one per recurrent layer.
    """

    def __init__(self):
        self.held = ()

    def read(self, *empty: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the state. Before the first token, return the tensors `empty`.

        Raises:
            CourseError: the number of rows differs from the state's.
        """
        if not self.held:
            return empty
        expect_rows(self.held[0], empty[0])
        return self.held

    def write(self, *held: torch.Tensor) -> None:
        """Replace the state."""
        self.held = held

    def select(self, rows: Rows) -> None:
        """Keep only the batch rows `rows`, in that order."""
        self.held = tuple(tensor[rows] for tensor in self.held)

    @property
    def nbytes(self) -> int:
        """The size of the state in bytes."""
        return sum(tensor.nbytes for tensor in self.held)
