"""Plain data as JSON beside safetensors. Its size, depth and number of parts are bounded before a value is built.

Code never travels, and no class can be named: a value that is no plain data arrives as an `Unknown`.
"""

import json
import struct
from dataclasses import dataclass
from numbers import Number
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from course_lib.errors import CourseError

LENGTHS = struct.Struct(">QQ")  # bytes of the JSON, and of the tensors
MOST_BYTES = 2**26
MOST_PARTS = 2**20  # brackets and commas of the JSON
LONGEST_RANGE = 2**17
GROUPS = {kind.__name__: kind for kind in (list, tuple, set, frozenset)}


@dataclass(frozen=True)
class Unknown:
    """Stands for a value that can't travel: only the name of its type is left."""

    kind: str


def write_message(stream: BinaryIO, value: Any) -> None:
    """Write a value to a pipe. Raises CourseError if it breaks a bound of `read_message`."""
    from safetensors.torch import save

    tensors: list[Tensor] = []
    text = json.dumps(tree_of(value, tensors)).encode()
    data = save({str(place): tensor for place, tensor in enumerate(tensors)}) if tensors else b""
    if trouble := breaks_a_bound(text, len(text) + len(data)):
        raise CourseError(trouble)
    stream.write(LENGTHS.pack(len(text), len(data)) + text + data)
    stream.flush()


def read_message(stream: BinaryIO) -> Any:
    """Read a value from a pipe. Raises EOFError if there is none, or if it breaks a bound."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        sizes = LENGTHS.unpack(exactly(stream, LENGTHS.size))
        if trouble := breaks_a_bound(b"", sum(sizes)):
            raise EOFError(trouble)
        text, data = (exactly(stream, size) for size in sizes)
        if trouble := breaks_a_bound(text, sum(sizes)):
            raise EOFError(trouble)
        return value_of(json.loads(text), load(data) if data else {})
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, RuntimeError) as error:
        raise EOFError(f"no message: {error}") from None
    except SafetensorError as error:
        raise EOFError(f"no tensors: {error}") from None


def breaks_a_bound(text: bytes, size: int) -> str:
    """Say which bound a message breaks; empty if it breaks none."""
    if size > MOST_BYTES:
        return f"a message can have at most {MOST_BYTES:,} bytes, got {size:,}"
    parts = sum(map(text.count, (b"[", b"{", b",")))
    return f"a message can have at most {MOST_PARTS:,} parts, got {parts:,}" if parts > MOST_PARTS else ""


def exactly(stream: BinaryIO, size: int) -> bytes:
    """Read this many bytes. Raises EOFError if there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the other side has ended")
    return data


def tree_of(value: Any, tensors: list[Tensor]) -> Any:
    """Return a value as what JSON can hold; its tensors are added to the list."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, dict | list | tuple | set | frozenset) and len(value) > MOST_PARTS:
        return {"Unknown": [type(value).__name__]}
    if isinstance(value, dict):
        return {"dict": [[tree_of(key, tensors), tree_of(part, tensors)] for key, part in value.items()]}
    for name, kind in GROUPS.items():
        if isinstance(value, kind):
            return {name: [tree_of(part, tensors) for part in value]}
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.dtype.kind not in "biufc"):
        return tree_of(value.tolist(), tensors)
    if isinstance(value, Tensor | np.ndarray):
        return tree_of_numbers(value, tensors)
    if isinstance(value, range):
        return {"range": [value.start, value.stop, value.step]}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, str | Number):
        return str(value) if isinstance(value, str) else float(value)
    return {"ellipsis": []} if value is ... else {"Unknown": [getattr(value, "kind", type(value).__name__)]}


def tree_of_numbers(value: Tensor | np.ndarray, tensors: list[Tensor]) -> Any:
    """Return a tensor or an array as what JSON can hold; a tensor keeps the order of its axes in memory."""
    kind = "array" if isinstance(value, np.ndarray) else "tensor"
    tensor = torch.from_numpy(np.array(value, order="C")) if kind == "array" else value.detach()
    order = sorted(range(tensor.dim()), key=lambda axis: -tensor.stride(axis))
    tensors.append(tensor.cpu().permute(order).clone(memory_format=torch.contiguous_format))
    return {kind: [len(tensors) - 1, order]}


def value_of(tree: Any, tensors: dict[str, Tensor]) -> Any:
    """Return the value of a tree that `tree_of` made. Raises one of many errors for any other tree."""
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    if kind == "dict":
        return {value_of(key, tensors): value_of(part, tensors) for key, part in content}
    if kind in GROUPS:
        return GROUPS[kind](value_of(part, tensors) for part in content)
    if kind in ("tensor", "array"):
        place, order = content
        tensor = tensors[str(place)].permute([order.index(axis) for axis in range(len(order))])
        return tensor.numpy() if kind == "array" else tensor
    if kind == "range":
        return range(*content) if len(range(*content)) <= LONGEST_RANGE else Unknown("range")
    return {"complex": complex, "ellipsis": lambda: ..., "Unknown": Unknown}[kind](*content)
