"""What kind of value was meant, where a result is of another kind."""

import math

import torch

from course_lib.workshop.exercises.shown import BOOLS, is_bool, is_mask, kind_of
from course_lib.workshop.exercises.values import as_tensor


def pattern_of_kinds(given, true):
    """Return, in words, that a result is of another kind than the true one; None if it is of the same kind."""
    numbers = as_tensor(true)
    if is_empty(given) and not is_empty(true):
        return EMPTY
    if is_mask(true) and kind_of(given) not in BOOLS:
        return "these are numbers; a comparison, such as `>`, gives True and False"
    if is_bool(given) and not is_bool(true):
        return "this is True or False; a number was meant"
    if isinstance(true, str) and isinstance(given, list | tuple | set | frozenset) and len(given) > 1 and true in given:
        return "these are several; one of them was meant"
    if isinstance(true, list | tuple) and isinstance(given, str) and numbers is None:
        return "this is one text; a list was meant"
    if numbers is not None and isinstance(given, set | frozenset):
        return "a set has no order; write a list" if numbers.dim() else "this is a set; one number was meant"
    if numbers is not None and (texts := [*texts_in(given)]):
        return "this is a text; write numbers without quotation marks" if all(map(is_number, texts)) else NO_NUMBER
    if any(isinstance(part, complex) for part in (given if isinstance(given, list | tuple) else [given])):
        return "these are complex numbers; real ones were meant"
    return pattern_of_infinite(as_tensor(given), numbers)


def is_empty(value):
    """Return whether a list, a dict, a set or a tensor has nothing in it."""
    if isinstance(value, torch.Tensor):
        return value.numel() == 0
    return isinstance(value, list | tuple | dict | set | frozenset) and not value


EMPTY = "this is empty"
NO_NUMBER = "this is a text; a number was meant"
LARGE = 1e6


def pattern_of_infinite(given, true):
    """Return, in words, that numbers are not finite which should be."""
    if given is None or true is None:
        return None
    if true.isinf().all() and given.isfinite().all() and (given.abs() >= LARGE).all():
        return "a large number is not infinity; `math.inf` is"
    if not true.isfinite().all() or given.isfinite().all():
        return None
    if given.isnan().any():
        return "there is NaN in it; it often comes from 0 / 0, or from the softmax of nothing but -inf"
    return "there is an infinite number in it; it often comes from a division by 0, the logarithm of 0, or an overflow"


def texts_in(value):
    """Yield all texts in lists of lists."""
    if isinstance(value, str):
        yield value
    for part in value if isinstance(value, list | tuple) else ():
        yield from texts_in(part)


def is_number(text):
    """Return whether a text is a number in quotation marks."""
    try:
        return math.isfinite(float(text.replace(",", "").rstrip("%")))
    except ValueError:
        return False


def is_rounded(given, true):
    """Return whether all numbers are the true ones, rounded to fewer digits than needed."""
    for digits in range(1, 4):
        sizes = 10.0 ** (true.abs().clamp_min(1e-30).log10().floor() - digits + 1)
        for rounded in ((true / sizes).round() * sizes, true.round(decimals=digits - 1)):
            if torch.allclose(given, rounded, rtol=1e-6, atol=1e-12) and given.any():
                return True
    return False
