"""A value as a student reads it, and what it is made of."""

from numbers import Number

import numpy as np
import torch

from course_lib.workshop.remote import Unknown

BOOLS = {bool, torch.bool, np.dtype(bool)}


def show(value, kind=float):
    """A value as a student reads it; `kind` is what the true value is made of."""
    if isinstance(value, Number) and kind in BOOLS and value in (0, 1):
        return str(bool(value))
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    if isinstance(value, torch.Tensor):
        return show(value.tolist()) if value.numel() <= 8 else f"a {' × '.join(map(str, value.shape))} tensor"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}" if value else "set()"
    if isinstance(value, list | tuple) and not all(isinstance(part, Number | str | list | None) for part in value):
        return f"a list of {len(value)}"
    if isinstance(value, list | tuple):
        text = f"[{', '.join(map(show, value))}]"
    elif isinstance(value, Number | str | None):
        text = repr(value) if isinstance(value, str) else str(value)
    else:
        text = value.kind if isinstance(value, Unknown) else getattr(value, "__name__", type(value).__name__)
    return text if len(text) < 80 else text[:76] + " ..."


def kind_of(value):
    """What a value, or the innermost part of a list, is made of."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return getattr(value, "dtype", type(value))


def is_mask(value):
    """Whether a value is a tensor of True and False."""
    return isinstance(value, torch.Tensor) and value.dtype is torch.bool


def is_bool(value):
    """Whether a value is True or False alone."""
    return not isinstance(value, list | tuple) and kind_of(value) in BOOLS and not getattr(value, "ndim", 0)


def is_whole(value):
    """Whether a value is made of whole numbers alone, and no others are in it."""
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(map(is_whole, value))
    if isinstance(value, torch.Tensor):
        return not (value.is_floating_point() or value.is_complex() or is_mask(value))
    return isinstance(value, int | np.integer) and not is_bool(value)


def held_by(given):
    """What stands in a mask instead of True and False, in words."""
    kind = kind_of(given)
    return f"yours holds {getattr(kind, '__name__', str(kind).removeprefix('torch.'))}"


def sizes(tensor):
    """The shape of a tensor, in words."""
    return f"has the shape {' × '.join(map(str, tensor.shape))}" if tensor.dim() else "is a single number"
