"""A GGUF file, the format of llama.cpp: settings, a tokenizer, and tensors in a few bits for each number.

Read by ggml-org's own package `gguf`, whose reader believes what a file says of its lengths; here it does not.
"""

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader, ReaderTensor, dequantize

from course_lib.errors import CourseError
from course_lib.workshop.convert.folder import HubConfig

MOST_READS = 2**22  # of pieces of the header; a vocabulary of 262,144 words with 500,000 merges takes half of them
PIECE = 2**20  # numbers that are unpacked at a time
# What the package stumbles over in a file that says one thing and holds another.
STUMBLES = (ValueError, LookupError, ArithmeticError, RecursionError, EOFError, MemoryError, OSError)


class GgufFile:
    """A GGUF file, mapped: of its tensors nothing is in memory.

    `settings` are what the file says of itself: key -> number, text, truth, or list of these; those that it lacks are
    named, as in a `HubConfig`. `stored` are the tensors as they lie in the file, by name.

    Raises:
        CourseError: the file is missing, cut short, damaged, or of another kind.
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)
        if not os.path.isfile(path):
            raise CourseError(f"{path} is missing")
        try:
            with np.errstate(all="raise"):
                reader = BoundedReader(path)
                self.settings = HubConfig({name: field.contents() for name, field in reader.fields.items()})
        except STUMBLES as error:
            size = os.path.getsize(path)
            raise CourseError(f"{path} ({size:,} bytes) is damaged or not GGUF: {error or 'cut short'}") from None
        self.stored: dict[str, ReaderTensor] = {tensor.name: tensor for tensor in reader.tensors}
        check_places(path, reader.tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor as torch has it: ggml names the last axis first."""
        return tuple(map(int, reversed(self.stored[name].shape)))


class UnpackedTensors(Mapping):
    """The tensors of a `GgufFile`: name -> tensor, unpacked when it is asked for; matrices in `dtype`, else float32.

    Raises:
        CourseError: a tensor is quantized in a way that the package can't undo.
    """

    def __init__(self, file: GgufFile, dtype: torch.dtype = torch.float32):
        self.file, self.dtype = file, dtype

    def __getitem__(self, name):
        shape = self.file.shape(name)
        made = torch.empty(shape, dtype=self.dtype if len(shape) > 1 else torch.float32)
        unpack(self.file.stored[name], made)
        return made

    def __iter__(self):
        return iter(self.file.stored)

    def __len__(self):
        return len(self.file.stored)


class BoundedReader(GGUFReader):
    """Refuses to read behind the end of the file, or more pieces of a header than any model needs."""

    reads = 0

    def _get(self, offset: int, dtype: Any, count: int = 1, override_order: str | None = None) -> np.ndarray:
        self.reads += 1
        end = offset + int(count) * np.dtype(dtype).itemsize
        if end > len(self.data):
            raise EOFError(f"it ends before byte {end:,}")
        if self.reads > MOST_READS:
            raise ValueError(f"its header has more than {MOST_READS:,} parts")
        if self.byte_order != "I":
            raise ValueError("its numbers are in the byte order of another kind of computer")
        return self.data.view(np.ndarray)[offset:end].view(dtype)


def check_places(path: Path | str, tensors: Sequence[ReaderTensor]) -> None:
    """Raise a CourseError where two tensors lie in the same place, or one has no numbers."""
    for tensor in tensors:
        if min(tensor.shape, default=1) < 1:
            raise CourseError(f"{path}: {tensor.name} has no numbers")
    for one, other in pairwise(sorted(tensors, key=lambda tensor: tensor.data_offset)):
        if one.data_offset + one.n_bytes > other.data_offset:
            raise CourseError(f"{path} is damaged: {one.name} and {other.name} overlap")


def unpack(tensor: ReaderTensor, made: torch.Tensor) -> None:
    """Write the numbers of a tensor into `made`. Raises CourseError where the package can't undo its quantization."""
    packed, rows = (whole.reshape(-1, whole.shape[-1]) for whole in (tensor.data, made))
    step = max(1, PIECE // rows.shape[1])
    with np.errstate(all="ignore"):  # a damaged scale; whoever reads the numbers looks at them
        for i in range(0, len(rows), step):
            try:
                numbers = dequantize(packed[i : i + step], tensor.tensor_type)
            except NotImplementedError as error:
                raise CourseError(f"{tensor.name}: {error}") from None
            rows[i : i + step] = torch.from_numpy(np.array(numbers))
