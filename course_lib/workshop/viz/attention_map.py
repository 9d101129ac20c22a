"""The numbers that an interactive view of attention shows: checked when they are handed in, and packed as text."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import to_numpy

if TYPE_CHECKING:  # figures do without torch
    from torch import Tensor

TOLERANCE = 1e-3  # between the weights and what queries and keys give
FULL_WEIGHT, LARGEST = 65535, 32767  # the integers that stand for a weight of 1 and for the largest number of vectors


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """One kind of attention for one sentence; L layers, no batch.

    Args:
        name: what the kind is called, for example "cross".
        weights: L H T S, between 0 and 1.
        rows, columns: the T tokens that attend, the S tokens that are attended to.
        queries, keys: L H T E and L H S E, for the neuron view; it needs both.

    Raises:
        CourseError: a shape does not fit, a weight is not between 0 and 1, or softmax(queries · keys / sqrt(E))
            is not what the weights say, as where a bias was added to the scores.
    """

    name: str
    weights: "np.ndarray | Tensor"
    rows: Sequence[str]
    columns: Sequence[str]
    queries: "np.ndarray | Tensor | None" = None
    keys: "np.ndarray | Tensor | None" = None

    def __post_init__(self):
        from course_lib.shapes import check_shape  # here, as it brings torch along

        check_shape(self.weights, "L H T S", T=len(self.rows), S=len(self.columns))
        weights = to_numpy(self.weights)
        if not weights.size:
            raise CourseError(f'"{self.name}": expected at least one weight, got shape {weights.shape}')
        if not np.all((weights >= 0) & (weights <= 1 + 1e-6)):
            raise CourseError(f'"{self.name}": weights must be between 0 and 1, got {weights.min()} to {weights.max()}')
        if (self.queries is None) != (self.keys is None):
            raise CourseError(f'"{self.name}": the neuron view needs queries and keys, got only one of them')
        if self.keys is not None:
            self._check_vectors(weights)

    @property
    def num_layers(self) -> int:
        return self.weights.shape[0]

    @property
    def num_heads(self) -> int:
        return self.weights.shape[1]

    @property
    def size(self) -> int:
        """How many bytes of numbers a page has to hold for this map."""
        arrays = [array for array in (self.weights, self.queries, self.keys) if array is not None]
        return 2 * sum(int(np.prod(array.shape)) for array in arrays)

    def packed(self) -> dict[str, object]:
        """This map as JSON can hold it: each number an integer of 16 bits, all of them together one base64 text."""
        packed = {
            "name": self.name,
            "rows": [str(token) for token in self.rows],
            "columns": [str(token) for token in self.columns],
            "layers": self.num_layers,
            "heads": self.num_heads,
            "weights": pack_weights(to_numpy(self.weights)),
        }
        if self.keys is not None:
            queries, keys = pack_vectors(to_numpy(self.queries)), pack_vectors(to_numpy(self.keys))
            packed["vectors"] = {"size": self.keys.shape[-1], "queries": queries, "keys": keys}
        return packed

    def _check_vectors(self, weights):
        from course_lib.shapes import check_shape

        layers, heads, *_ = weights.shape
        check_shape(self.queries, "L H T E", L=layers, H=heads, T=len(self.rows))
        check_shape(self.keys, "L H S E", L=layers, H=heads, S=len(self.columns), E=self.queries.shape[-1])
        expected = weights_of(to_numpy(self.queries), to_numpy(self.keys), weights > 0)
        difference = np.abs(expected - weights).max()
        if not difference <= TOLERANCE:
            raise CourseError(
                f'"{self.name}": the weights differ by {difference:.2g} from softmax(queries · keys / sqrt(E)); '
                "leave queries and keys out where the scores have a bias or another scale"
            )


def weights_of(queries: np.ndarray, keys: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The attention weights L H T S by the formula; a row that may attend to nothing is all zero."""
    scores = np.where(mask, queries @ keys.swapaxes(-1, -2) / np.sqrt(queries.shape[-1]), -np.inf)
    highest = scores.max(axis=-1, keepdims=True)
    exponentials = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    return exponentials / np.where(mask.any(axis=-1, keepdims=True), exponentials.sum(axis=-1, keepdims=True), 1)


def pack_weights(weights: np.ndarray) -> str:
    """Weights as text. Only those that a mask left at 0 stay 0: a tiny one becomes the smallest number there is."""
    integers = np.clip(np.rint(weights * FULL_WEIGHT), 1, FULL_WEIGHT)
    return as_base64(np.where(weights > 0, integers, 0), "<u2")


def pack_vectors(vectors: np.ndarray) -> dict[str, float | str]:
    """Vectors as text, with the step from one integer to the next."""
    step = float(np.abs(vectors).max() / LARGEST) or 1.0
    return {"step": step, "numbers": as_base64(np.rint(vectors / step), "<i2")}


def as_base64(numbers: np.ndarray, dtype: str) -> str:
    """The bytes of `numbers` as text; browsers read them in the order of a little-endian `dtype`."""
    return base64.b64encode(numbers.astype(dtype).tobytes()).decode()
