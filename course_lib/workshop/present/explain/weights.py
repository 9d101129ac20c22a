"""The weights of a model as a page takes them: 16-bit floating-point numbers, as base64 text."""

import base64
from typing import Any

import numpy as np
import torch

from course_lib.errors import CourseError
from course_lib.models.base import Model, unique_tensors

LARGEST = torch.finfo(torch.float16).max


def pack(model: Model) -> dict[str, Any]:
    """All tensors of a model, tied ones once, behind one another in "base64"; "tensors" says where each begins.

    Raises:
        CourseError: a weight is too large for 16 bits.
    """
    starts, pieces, length = {}, [], 0
    for name, tensor in unique_tensors(model).items():
        starts[id(tensor)] = length
        pieces.append(halves(name, tensor))
        length += tensor.numel()
    tensors = {
        name: {"start": starts[id(tensor)], "shape": list(tensor.shape)}
        for name, tensor in model.state_dict(keep_vars=True).items()
    }
    return {"tensors": tensors, "base64": base64.b64encode(np.concatenate(pieces).tobytes()).decode("ascii")}


def halves(name: str, tensor: torch.Tensor) -> np.ndarray:
    """The numbers of a tensor in 16 bits, the low byte first. Raises CourseError where one is too large for that."""
    largest = float(tensor.detach().abs().max())
    if largest > LARGEST:
        raise CourseError(f"{name} holds {largest:g}; in 16 bits, {LARGEST:,.0f} is the most")
    return tensor.detach().to("cpu", torch.float16).numpy().astype("<f2").ravel()
