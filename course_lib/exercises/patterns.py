"""What a wrong result has in common with the true one, whatever the exercise."""

import math

import torch

from course_lib.exercises.values import as_tensor

TWICE, HALF = "this is twice what it should be", "this is half of what it should be"
OF_FRACTIONS = TWICE, HALF  # of a whole number, this is often chance
OF_ONE = {
    "the sign is turned": lambda true: -true,
    "percent and share are mixed up: a factor of 100": lambda true: 100 * true,
    "share and percent are mixed up: a factor of 100": lambda true: true / 100,
    "bits and nats are mixed up: a factor of ln 2": lambda true: true / math.log(2),
    "nats and bits are mixed up: a factor of ln 2": lambda true: true * math.log(2),
    "this is upside down: 1 divided by the right number": lambda true: 1 / true,
    TWICE: lambda true: 2 * true,
    HALF: lambda true: true / 2,
}


def pattern(given, true, tolerance):
    """What all numbers of a wrong tensor have in common, in words; None if nothing does."""
    given, true = as_tensor(given), as_tensor(true)
    if given is None or true is None or true.numel() == 0:
        return None
    if given.numel() == true.numel() == 1:
        return pattern_of_one(given.item(), true.item(), tolerance)
    if true.numel() == 1:
        return None
    if given.isnan().any() and not true.isnan().any():
        return "there is NaN in it: 0 / 0, or the softmax of nothing but -inf"
    if given.shape != true.shape:
        return "these are the right numbers in another shape" if same(given.flatten(), true.flatten()) else None
    if true.dim() > 1 and same(given.mT, true):
        return "the last two axes are exchanged"
    if same(given.flatten().sort().values, true.flatten().sort().values):
        return "these are the right numbers in another order"
    if true.isfinite().all() and (largest := true.abs().max()) > 0:
        factor = (given.flatten()[true.abs().argmax()] / (largest * true.flatten()[true.abs().argmax()].sign())).item()
        if factor and same(given, factor * true, tolerance):
            return f"every number is {factor:.4g} times the true one"
    return None


def pattern_of_one(given, true, tolerance):
    """What a single wrong number is of the true one, if that is no chance."""
    for what, made in OF_ONE.items() if math.isfinite(true) else ():
        if true and math.isclose(given, made(true), rel_tol=max(tolerance, 1e-3)):
            return None if true == int(true) and what in OF_FRACTIONS else what
    return None


def same(a, b, tolerance=1e-4):
    """Whether two tensors have one shape and nearly the same numbers."""
    return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
