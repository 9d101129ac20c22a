"""The state of a recurrent layer, which has the same size for any number of tokens."""

import torch

from course_lib.nn.kv_cache import expect_rows
from course_lib.shapes import Rows


class RecurrentState:
    """The state of a recurrent layer: tensors that summarize all tokens so far, with the batch axis first.

    A `DecoderCache` contains one `RecurrentState` for each recurrent layer.
    """

    def __init__(self):
        self.held = ()

    def read(self, *empty: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the tensors of the state, or the tensors `empty` before the first token.

        Raises:
            CourseError: the state has a different number of rows.
        """
        if not self.held:
            return empty
        expect_rows(self.held[0], empty[0])
        return self.held

    def write(self, *held: torch.Tensor) -> None:
        """Replace the tensors of the state with the tensors `held`."""
        self.held = held

    def select(self, rows: Rows) -> None:
        """Keep only the batch rows `rows`, in that order."""
        self.held = tuple(tensor[rows] for tensor in self.held)

    @property
    def nbytes(self) -> int:
        """The size of the state in bytes."""
        return sum(tensor.nbytes for tensor in self.held)
