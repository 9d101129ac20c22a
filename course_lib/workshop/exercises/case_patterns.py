"""What sets the cases apart in which an answer is right from those in which it is wrong."""

from collections.abc import Iterator
from typing import Any

import torch

from course_lib.workshop.exercises.kind_patterns import texts_in


def apart(names: list[str], cases: list[tuple[Any, ...]], is_right: list[bool]) -> str | None:
    """Return, in words, the property that all cases share that are right, and no other case; None if there is none.

    Where properties of several arguments do, two are named: nobody can tell which one matters.

    Args:
        names: of the arguments of a case.
        cases: all cases that an answer was tried on.
        is_right: for each case, whether the answer was right.
    """
    if all(is_right) or not any(is_right):
        return None
    holds = [dict(properties(dict(zip(names, case, strict=False)))) for case in cases]
    found = {}  # of each argument, the first property
    for of, what in dict.fromkeys(key for each in holds for key in each):
        has = [each.get((of, what), False) for each in holds]
        if has == is_right or not any(one == right for one, right in zip(has, is_right, strict=True)):
            found.setdefault(of, f"{'right' if has == is_right else 'wrong'} just where {what}")
    told = [what for of, what in found.items() if of in names] or [*found.values()]  # of one argument, or else of two
    likely = [what for what in told if not what.endswith(" is even")]  # which half of all numbers are
    return f"of the cases tried, {', and '.join((likely or told)[:2])}" if told else None


def properties(case: dict[str, Any]) -> Iterator[tuple[tuple[str, str], bool]]:
    """Yield properties of a case, the most likely to matter first: of which argument, in words, and whether it
    holds."""
    for kind in (of_none, of_words, of_sizes, of_numbers):
        for name, value in case.items():
            for what, holds in kind(f"`{name}`", value):
                yield (name, what), holds
    tensors = {name: value for name, value in case.items() if isinstance(value, torch.Tensor)}
    for first in tensors:
        for second in tensors:
            if first < second:
                is_same = tensors[first].shape == tensors[second].shape
                yield (f"{first}, {second}", f"`{first}` and `{second}` have the same shape"), is_same


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
