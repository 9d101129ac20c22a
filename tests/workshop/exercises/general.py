"""Answers that are right or wrong whatever the exercise: a true result in another dress, or spoiled."""

import numpy as np
import torch


def dressed(value):
    """A true value as others write it: a list, rounded; in NumPy; as tensors; in capitals."""
    for dress in (rounded, in_numpy, in_torch):
        yield {name: dress(part) for name, part in value.items()} if isinstance(value, dict) else dress(value)


def rounded(value, decimals=None):
    """Lists, and four digits of each number, or so many decimals; a set of letters as a word, others as a list."""
    if isinstance(value, dict):
        return {name: rounded(part, decimals) for name, part in value.items()}
    if isinstance(value, set):
        letters = all(isinstance(member, str) and len(member) == 1 for member in value)
        return "".join(sorted(value)) if letters else sorted(value)
    if isinstance(value, str):
        return f" {value.upper()} "
    if isinstance(value, bool | None):
        return value
    value = value.tolist() if isinstance(value, torch.Tensor) else value
    if isinstance(value, list | tuple):
        return [rounded(part, decimals) for part in value]
    return float(f"{value:.4g}") if decimals is None else round(float(value), decimals)


def in_numpy(value):
    """Numbers as an array; a word in lower case; a set as a list."""
    if isinstance(value, str | set):
        return value.lower() if isinstance(value, str) else list(value)
    return np.asarray(value)


def in_torch(value):
    """Numbers as a tensor."""
    return value if isinstance(value, str | set) else torch.as_tensor(value)


def spoiled(value):
    """Wrong results beside a true one, of each part by itself: (what was done, the result)."""
    if isinstance(value, dict):
        for name, part in value.items():
            for what, wrong in spoiled(part):
                yield f"{name}: {what}", {**value, name: wrong}
    elif isinstance(value, str):
        yield "another word", f"{value} x"
    elif isinstance(value, set):
        yield "one too many", value | {"another"}
        if value:
            yield "one is missing", value - {next(iter(value))}
    elif (numbers := as_numbers(value)) is not None:
        yield from spoiled_numbers(numbers)


def as_numbers(value):
    """A tensor in double precision, None if these are no numbers."""
    try:
        return torch.as_tensor(value).detach().double()
    except (TypeError, ValueError, RuntimeError):
        return None


def spoiled_numbers(true):
    """Wrong numbers: off by one, the sign, twice, a sum for a mean, transposed, turned round, one axis too many."""
    if true.numel() and true.abs().max() < 20:  # larger ones may be rounded
        yield "off by one", true + 1
    if true.isfinite().all() and true.any():
        yield "the sign", -true
        yield "twice", 2 * true
    if true.dim():
        yield "added up", true.sum(dim=-1)
        yield "one axis too many", true[None]
        if not true.equal(true.flip(0)):
            yield "turned round", true.flip(0)
    if true.dim() > 1 and not true.equal(true.mT):
        yield "transposed", true.mT


def has_numbers(value):
    """Whether a result has numbers in it, beside words, sets, and yes or no."""
    if isinstance(value, dict):
        return any(map(has_numbers, value.values()))
    return not isinstance(value, bool) and as_numbers(value) is not None
