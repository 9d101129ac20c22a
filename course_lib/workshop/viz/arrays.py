"""What the figures accept: torch tensors, numpy arrays and lists, all turned into float arrays."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from course_lib.errors import CourseError


def to_numpy(values: ArrayLike) -> np.ndarray:
    """`values` as a float array; a torch tensor may be on any device, of any type and part of a graph."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().double()
    return np.asarray(values, dtype=float)


def with_axes(values: ArrayLike, letters: str) -> np.ndarray:
    """`values` as an array with one axis per letter of `letters`; leading axes of size 1 are dropped.

    Raises:
        CourseError: the number of axes is another one; the message names the shape.
    """
    array, expected = to_numpy(values), len(letters.split())
    shape = array.shape
    while array.ndim > expected and array.shape[0] == 1:
        array = array[0]
    if array.ndim != expected or array.size == 0:
        raise CourseError(f"expected a non-empty array with {expected} axes ({letters}), got shape {shape}")
    return array


def check_labels(labels: Iterable[object] | None, count: int, what: str) -> list[str] | None:
    """The `count` labels of `what`, or None where there are none.

    Raises:
        CourseError: there are more or fewer labels than `count`; the message names both numbers.
    """
    if labels is None:
        return None
    labels = [str(label) for label in labels]
    if len(labels) != count:
        raise CourseError(f"expected {count} {what} labels, one per {what}, got {len(labels)}: {labels}")
    return labels
