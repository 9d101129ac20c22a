"""What sets the cases apart in which an answer is right from those in which it is wrong."""

from collections.abc import Iterator
from typing import Any

import torch

from course_lib.exercises.kind_patterns import texts_in


def apart(names: list[str], cases: list[tuple[Any, ...]], is_right: list[bool]) -> str | None:
    """Return, in words, the property that all cases share that are right, and no other case; None if there is none.

    Args:
        names: of the arguments of a case.
        cases: all cases that an answer was tried on.
        is_right: for each case, whether the answer was right.
    """
    if all(is_right) or not any(is_right):
        return None
    holds = [dict(properties(dict(zip(names, case, strict=False)))) for case in cases]
    for what in dict.fromkeys(what for found in holds for what in found):
        if [found.get(what, False) for found in holds] == is_right:
            return f"of the cases tried, right just where {what}"
        if [not found.get(what, False) for found in holds] == is_right:
            return f"of the cases tried, wrong just where {what}"
    return None


def properties(case: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield properties of a case, in words, and whether it has them; the likeliest to matter come first."""
    for kind in (of_none, of_numbers, of_words, of_sizes):
        for name, value in case.items():
            yield from kind(f"`{name}`", value)
    tensors = {name: value for name, value in case.items() if isinstance(value, torch.Tensor)}
    for first in tensors:
        for second in tensors:
            if first < second:
                yield f"`{first}` and `{second}` have the same shape", tensors[first].shape == tensors[second].shape


def of_none(name: str, value: Any) -> Iterator[tuple[str, bool]]:
    """Yield whether an argument is None."""
    yield f"{name} is None", value is None


def of_numbers(name: str, value: Any) -> Iterator[tuple[str, bool]]:
    """Yield properties of numbers, alone or in a tensor."""
    if isinstance(value, bool | int | float):
        if value in (0, 1):  # with any other number it may be chance
            yield f"{name} is {value}", True
        yield f"{name} is even", value % 2 == 0
    if isinstance(value, torch.Tensor):
        yield f"{name} has the dtype {str(value.dtype).removeprefix('torch.')}", True
        yield f"{name} is contiguous", value.is_contiguous()
        yield f"{name} has a number below 0", bool((value < 0).any())
        yield f"{name} has a 0", bool((value == 0).any())
        yield f"{name} has nothing but 0", not value.any()


def of_words(name: str, value: Any) -> Iterator[tuple[str, bool]]:
    """Yield properties of texts, alone or in lists."""
    texts = [*texts_in(value)]
    if texts:
        yield f"{name} has only English letters", all(map(str.isascii, texts))
        yield f"{name} has an empty text", not all(texts)
        yield f"{name} has a text twice", len(set(texts)) < len(texts)


def of_sizes(name: str, value: Any) -> Iterator[tuple[str, bool]]:
    """Yield properties of sizes."""
    if isinstance(value, torch.Tensor):
        yield f"{name} has {value.dim()} axes", True
        if value.dim() > 1:
            yield f"{name} has equally many rows and columns", value.shape[-1] == value.shape[-2]
        for axis in range(value.dim()):
            yield f"axis {axis} of {name} has the size 1", value.shape[axis] == 1
    if isinstance(value, list | tuple | str):
        yield f"{name} is empty", not value
        yield f"{name} has the length 1", len(value) == 1
