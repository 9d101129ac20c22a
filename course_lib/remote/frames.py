"""A message as bytes: its length, and then JSON with the tensors that it names, in the layout of safetensors."""

import json
import struct
from typing import Any, BinaryIO

from torch import Tensor

from course_lib.errors import CourseError

LENGTHS = struct.Struct(">QQ")  # of the JSON, and of the tensors
MOST_BYTES = 2**28


def write_message(stream: BinaryIO, message: dict[str, Any], tensors: list[Tensor]) -> None:
    """Write one message. Raises CourseError where it is longer than what would be read, or has no such layout."""
    from safetensors.torch import save

    text = json.dumps(message).encode()
    data = save({str(place): tensor for place, tensor in enumerate(tensors)}) if tensors else b""
    if len(text) + len(data) > MOST_BYTES:
        raise CourseError(f"{len(text) + len(data):,} bytes are more than the {MOST_BYTES:,} that are sent")
    stream.write(LENGTHS.pack(len(text), len(data)) + text + data)
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], list[Tensor]]:
    """Read one message. Raises EOFError where there is none, or nothing that could be one."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        sizes = LENGTHS.unpack(exactly(stream, LENGTHS.size))
        if sum(sizes) > MOST_BYTES:
            raise EOFError(f"a message of {sum(sizes):,} bytes")
        text, data = (exactly(stream, size) for size in sizes)
        message, tensors = json.loads(text), load(data) if data else {}
        return dict(message), [tensors[str(place)] for place in range(len(tensors))]
    except (OSError, ValueError, TypeError, KeyError, RecursionError, SafetensorError) as error:
        raise EOFError(f"no message: {error}") from None


def exactly(stream: BinaryIO, size: int) -> bytes:
    """So many bytes. Raises EOFError where there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the other side has gone")
    return data
