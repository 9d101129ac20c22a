"""What kind of value was meant, where a result is of another kind."""

import math

import torch

from course_lib.exercises.shown import BOOLS, is_bool, is_mask, kind_of
from course_lib.exercises.values import as_tensor


def pattern_of_kinds(given, true):
    """Return, in words, that a result is of another kind than the true one; None if it is of the same kind."""
    numbers = as_tensor(true)
    if is_mask(true) and kind_of(given) not in BOOLS:
        return "these are numbers; a comparison, such as `>`, gives True and False"
    if is_bool(given) and not is_bool(true):
        return "this is True or False; a number was meant"
    if isinstance(true, str) and isinstance(given, list | tuple | set | frozenset) and len(given) > 1 and true in given:
        return "these are several; one of them was meant"
    if numbers is not None and isinstance(given, set | frozenset):
        return "a set has no order; write a list" if numbers.dim() else "this is a set; one number was meant"
    texts = [given] if isinstance(given, str) else given if isinstance(given, list | tuple) else []
    if numbers is not None and texts and all(isinstance(text, str) for text in texts):
        return "this is a text; write numbers without quotation marks" if all(map(is_number, texts)) else NO_NUMBER
    return pattern_of_infinite(as_tensor(given), numbers)


NO_NUMBER = "this is a text; a number was meant"


def pattern_of_infinite(given, true):
    """Return, in words, that numbers are not finite which should be."""
    if given is None or true is None or not true.isfinite().all() or given.isfinite().all():
        return None
    if given.isnan().any():
        return "there is NaN in it; it often comes from 0 / 0, or from the softmax of nothing but -inf"
    return "there is an infinite number in it; it often comes from a division by 0, the logarithm of 0, or an overflow"


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
