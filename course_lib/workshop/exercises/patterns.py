"""What a wrong result has in common with the true one, whatever the exercise."""

import contextlib
import math
from numbers import Number

import torch

from course_lib.workshop.exercises.kind_patterns import is_rounded, pattern_of_kinds
from course_lib.workshop.exercises.shape_patterns import EXCHANGED, is_constant, is_exchanged, pattern_of_shapes, same
from course_lib.workshop.exercises.shown import BOOLS, is_bool, kind_of
from course_lib.workshop.exercises.values import agrees, as_tensor
from course_lib.workshop.exercises.word_patterns import pattern_of_sets, pattern_of_texts

OF_ANY = {
    "the sign is turned": lambda true: -true,
    "percent and share are mixed up: a factor of 100": lambda true: 100 * true,
    "share and percent are mixed up: a factor of 100": lambda true: true / 100,
    "bits and nats are mixed up: a factor of ln 2": lambda true: true / math.log(2),
    "nats and bits are mixed up: a factor of ln 2": lambda true: true * math.log(2),
    "this is upside down: 1 divided by the right number": lambda true: 1 / true,
    "the unit is 1,000 times too small: a factor of 1,000": lambda true: 1000 * true,
    "the unit is 1,000 times too large: a factor of 1,000": lambda true: true / 1000,
}
OF_FRACTIONS = {  # of whole numbers, these would often be chance
    "this is twice what it should be": lambda true: 2 * true,
    "this is half of what it should be": lambda true: true / 2,
    "this is 1 minus the right number": lambda true: 1 - true,
    "this is 100 minus the right number": lambda true: 100 - true,
    "this is the square of the right number": lambda true: true**2,
    "this is the root of the right number": lambda true: abs(true) ** 0.5,
    "this is e to the power of the right number": lambda true: math.exp(min(true, 700)),
    "this is the logarithm of the right number": lambda true: math.log(abs(true)),
    "this is rounded down": math.floor,
    "this is rounded to a whole number": round,
}
OF_WHOLE = {  # of small ones, these would be chance as well
    "this is one too many": lambda true: true + 1,
    "this is one too few": lambda true: true - 1,
}


ROUNDED = "the digits that you give are right, but they are too few"


def pattern(given, true, tolerance):
    """What all numbers of a wrong result have in common, in words; None if nothing does."""
    if isinstance(true, dict) and isinstance(given, dict):
        pairs = [(given[name], part) for name, part in true.items() if name in given]
        return next((pattern(*pair, tolerance) for pair in pairs if not agrees(*pair, tolerance)), None)
    if isinstance(true, set | frozenset):
        return pattern_of_sets(given, true)
    if of_kind := pattern_of_kinds(given, true):
        return of_kind
    if isinstance(true, str):
        return pattern_of_texts(given, true)
    if as_tensor(given) is None or as_tensor(true) is None:
        return pattern_of_lists(given, true, tolerance)
    is_of_bools = kind_of(true) in BOOLS
    given, true = as_tensor(given), as_tensor(true)
    if true.numel() == 0:
        return None
    if given.numel() == true.numel() == 1:
        return None if is_bool(true) else pattern_of_one(given.item(), true.item(), tolerance)
    if given.shape != true.shape:
        return pattern_of_shapes(given, true)
    return pattern_of_many(given, true, tolerance, is_of_bools)


def pattern_of_one(given, true, tolerance):
    """What a single wrong number is of the true one, if that is no chance; it may be rounded as much as a right one."""
    if not true or not math.isfinite(true):
        return None
    more = OF_FRACTIONS if true != int(true) else OF_WHOLE if abs(true) > 4 else {}
    tolerance = min(max(tolerance, 1e-3), 5e-3)
    for what, made in (OF_ANY | more).items():
        wrong = made(true)
        if wrong and math.isclose(given, wrong, rel_tol=tolerance):  # a 0 is not what became of a number
            return what
    if math.isfinite(given) and true == int(true) != given and true in (math.floor(given), math.ceil(given)):
        return "this is no whole number; a whole number was meant"
    return ROUNDED if is_rounded(*torch.tensor([given, true], dtype=torch.float64)) else None


def pattern_of_cases(pairs):
    """What all single numbers are of their true ones, where there are so many cases that this is no chance."""
    if any(isinstance(true, bool) for _, true in pairs):
        return None
    pairs = [(as_tensor(given), as_tensor(true)) for given, true in pairs]
    if any(number is None or number.numel() != 1 for pair in pairs for number in pair):
        return None
    pairs = [(given.item(), true.item()) for given, true in pairs]
    if len({true for _, true in pairs}) < 3 or not all(true for _, true in pairs):
        return None
    for what, made in (OF_ANY | OF_FRACTIONS | OF_WHOLE).items():
        with contextlib.suppress(ArithmeticError, ValueError):
            if all(math.isclose(given, made(true), rel_tol=1e-3) for given, true in pairs):
                return what
    (first, true), more = pairs[0], {given - true for given, true in pairs}
    if max(more) - min(more) < 1e-3 * abs(first - true):
        return f"in each case, this is {abs(first - true):.4g} too {'large' if first > true else 'small'}"
    if first and all(math.isclose(given * true, first * other, rel_tol=1e-3) for given, other in pairs):
        return f"in each case, this is {first / true:.4g} times the true number"
    return None


def pattern_of_lists(given, true, tolerance):
    """What became of a list of unlike parts, or of a number that should be alone."""
    if isinstance(true, Number) and isinstance(given, list | tuple | set | dict):
        return "asked for is one number"
    if not (isinstance(given, list | tuple) and isinstance(true, list | tuple)) or not given:
        return None
    if (flat := flattened(given)) != list(given) and agrees(flat, true, tolerance):
        return "there are lists in the list; one flat list was meant (`extend` instead of `append`)"
    if len(given) != len(true):
        return "there are too few parts" if len(given) < len(true) else "there are too many parts"
    pairs = all(isinstance(part, list | tuple) and len(part) == 2 for part in (*given, *true))
    if pairs and agrees([part[::-1] for part in given], true, tolerance):
        return "the two of each pair are exchanged"
    if agrees(given[::-1], true, tolerance):
        return "the parts stand in the opposite order"
    return next(
        (pattern(*pair, tolerance) for pair in zip(given, true, strict=True) if not agrees(*pair, tolerance)), None
    )


def flattened(parts):
    """All members of a list, and of the lists in it, in one list."""
    lists = [flattened(part) if isinstance(part, list | tuple) else [part] for part in parts]
    return [member for some in lists for member in some]


def pattern_of_bools(given, true):
    """What True and False of the right shape are of the true ones."""
    for what, holds in OF_MANY.items():
        if holds(given, true):
            return what
    if (given >= true).all():
        return "some are True that should be False; all others are right"
    return "some are False that should be True; all others are right" if (given <= true).all() else None


def pattern_of_many(given, true, tolerance, is_of_bools):
    """What numbers of the right shape are of the true ones."""
    if is_of_bools:
        return pattern_of_bools(given, true)
    more = given - true
    if more.isfinite().all() and is_constant(more) and not is_constant(true):
        return f"every number is {abs(more.flatten()[0].item()):.4g} too {'large' if more.sum() > 0 else 'small'}"
    for what, holds in OF_MANY.items():
        if holds(given, true):
            return what
    if true.isfinite().all() and (largest := true.abs().max()) > 0:
        factor = (given.flatten()[true.abs().argmax()] / (largest * true.flatten()[true.abs().argmax()].sign())).item()
        if factor and same(given, factor * true, tolerance):
            return f"every number is {factor:.4g} times the true one"
    if is_rounded(given, true):
        return ROUNDED
    right = torch.isclose(given, true, rtol=tolerance, atol=tolerance)
    if right.any() and (~right).sum() > 2 and more[~right].isfinite().all() and is_constant(more[~right]):
        by = more[~right][0].item()
        return f"some numbers are right, and all others {abs(by):.4g} too {'large' if by > 0 else 'small'}"
    along = (of_axis(right, axis) for axis in range(true.dim() if true.dim() > 1 else 0) if true.shape[axis] > 2)
    return of_zeros(given, true, right) or next(filter(None, along), None)


def of_axis(right, axis):
    """Where along an axis all is right."""
    right = right.movedim(axis, 0).flatten(1).all(1)
    if right[0] and not right[1:].any():
        return (
            "the first row is right, and no other" if axis == 0 else f"only the first place along axis {axis} is right"
        )
    rows = f"places along axis {axis}" if axis else "rows"
    if right[:-1].all():
        return f"all {rows} are right but the last one"
    return f"all {rows} are right but the first one" if right[1:].all() else None


def of_zeros(given, true, right):
    """Whether all that is wrong should be 0, or is."""
    if not given.any():
        return None
    if (true[~right] == 0).all():
        return "all that should not be 0 is right, but something is not 0 that should be"
    return "something is 0 that should not be; all else is right" if (given[~right] == 0).all() else None


def are_exchanged(given, true):
    """Whether everything is 0 or 1, and each the other."""
    return all(((x == 0) | (x == 1)).all() for x in (given, true)) and same(given, 1 - true)


def are_moved(given, true, by):
    """Whether all numbers stand `by` places on, in the only axis."""
    long = true.dim() == 1 and len(true) > 3 and not same(true[1:], true[:-1])
    return long and same(*((given[1:], true[:-1]) if by > 0 else (given[:-1], true[1:])))


def have_own_factors(given, true, axis):
    """Whether the numbers along an axis are the right ones, times a factor of their own."""
    if true.dim() < 2 or min(true.shape[-2:]) < 2 or not (true.isfinite().all() and given.isfinite().all()):
        return False
    sizes = [x.norm(dim=axis, keepdim=True) for x in (given, true)]
    return all((size > 0).all() for size in sizes) and same(given / sizes[0], true / sizes[1])


OF_MANY = {
    EXCHANGED: is_exchanged,
    "True and False, or 1 and 0, are exchanged": are_exchanged,
    "everything stands one place too late": lambda given, true: are_moved(given, true, 1),
    "everything stands one place too early": lambda given, true: are_moved(given, true, -1),
    "these are the right numbers in another order": lambda given, true: (
        same(given.flatten().sort().values, true.flatten().sort().values) and not ((true == 0) | (true == 1)).all()
    ),
    "the sizes are right, but not all signs": lambda given, true: (
        same(given.abs(), true.abs()) and not same(given, -true)
    ),
    "all your numbers are the same": lambda given, true: (
        given.min() == given.max() and true.min() != true.max() and true.numel() > 3
    ),
    "each row is right but for a factor of its own": lambda given, true: (
        have_own_factors(given, true, -1) and not have_own_factors(given, true, (-2, -1))
    ),
    "each column is right but for a factor of its own": lambda given, true: (
        have_own_factors(given, true, -2) and not have_own_factors(given, true, (-2, -1))
    ),
    "the numbers are rounded down": lambda given, true: given.any() and same(given, true.trunc()),
    "the numbers are rounded to whole ones": lambda given, true: given.any() and same(given, true.round()),
    "what is below 0 is cut off": lambda given, true: given.any() and same(given, true.clamp_min(0)),
    "there is a softmax too many": lambda given, true: true.dim() and same(given, true.softmax(-1)),
    "there is a logarithm too many": lambda given, true: same(given, true.log()),
    "there is an exponential too many": lambda given, true: same(given, true.exp()),
    "these are running sums of the right numbers": lambda given, true: true.dim() and same(given, true.cumsum(-1)),
}
