"""Whether a tensor, a list or a dict has changed since somebody looked last."""

from numbers import Number
from typing import Any

from torch import Tensor


def state_of(value: Any) -> Any:
    """What is remembered of a tensor, a list or a dict, to see later whether it has changed."""
    if isinstance(value, Tensor):
        return value.detach().clone(), value.requires_grad
    return dict(value) if isinstance(value, dict) else list(value)


def same_state(old: Any, value: Any) -> bool:
    """Whether a value is still as it was: the same numbers, or the same parts."""
    if isinstance(value, Tensor):
        numbers, grad = old
        return grad == value.requires_grad and numbers.shape == value.shape and numbers.equal(value.detach())
    pairs = zip(old.items(), value.items(), strict=False) if isinstance(value, dict) else zip(old, value, strict=False)
    flat = ([(a, b)] if not isinstance(value, dict) else zip(a, b, strict=True) for a, b in pairs)
    return len(old) == len(value) and all(same_part(a, b) for pair in flat for a, b in pair)


def same_part(old: Any, new: Any) -> bool:
    """Whether a part of a list or dict is the same: the same thing, or an equal word or number."""
    return old is new or (type(old) is type(new) and isinstance(new, str | Number) and old == new)
