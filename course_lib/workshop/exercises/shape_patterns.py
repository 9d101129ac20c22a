"""What a result of another shape than the true one has in common with it."""

from itertools import permutations

import torch

EXCHANGED = "the last two axes are exchanged: there is a transpose too many or too few"


def pattern_of_shapes(given, true):
    """What became of the numbers if there are more, or fewer, or if they stand otherwise."""
    if is_exchanged(given, true):
        return EXCHANGED
    if same(given.flatten(), true.flatten()):
        return "these are the right numbers in another shape"
    for axis in range(true.dim()):
        if not is_constant(true) and same(given, true.mean(axis)):
            return "these are means of the right numbers"
        if same(given, true.sum(axis)):
            return "these are sums of the right numbers"
    orders = permutations(range(true.dim())) if sorted(given.shape) == sorted(true.shape) and true.dim() < 5 else ()
    if any(same(given, true.permute(order)) for order in orders):
        return "the axes stand in another order"
    if given.dim() == true.dim() > 0:
        return pattern_of_lengths(given, true)
    if given.dim() > true.dim():
        if not true.dim():
            return f"these are {given.numel()} numbers; one number was meant"
        return "there is an axis too many" + (" (`squeeze` takes one of size 1 away)" if 1 in given.shape else "")
    if not given.dim():
        return None
    if given.numel() == true.numel():
        return f"the numbers must stand in the shape {' × '.join(map(str, true.shape))} (`reshape`, or lists in a list)"
    return "an axis is missing" + (" (`unsqueeze` or `keepdim=True` makes one of size 1)" if 1 in true.shape else "")


def pattern_of_lengths(given, true):
    """What is missing, or too many, along the only axis that has another length."""
    other = [axis for axis in range(true.dim()) if given.shape[axis] != true.shape[axis]]
    if len(other) == 1 and given.numel():
        (axis,) = other
        short, long = sorted((given, true), key=lambda tensor: tensor.shape[axis])
        have, all_of_them = short.shape[axis], long.shape[axis]
        what = "missing" if short is given else "too many"
        along = f" along axis {axis}" if axis else ""
        for where, start in (("end", 0), ("beginning", all_of_them - have)):
            if same(short, long.narrow(axis, start, have)):
                return f"{all_of_them - have} of {all_of_them}{along} are {what}, at the {where}; all others are right"
        if all_of_them - have == 1:
            return f"one is {what}{along}"
    return None


def is_exchanged(given, true):
    """Whether a tensor is the true one with its last two axes exchanged."""
    return None not in (given, true) and min(given.dim(), true.dim()) > 1 and same(given.mT, true)


def same(a, b, tolerance=1e-4):
    """Whether two tensors have one shape and nearly the same numbers."""
    return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)


def is_constant(tensor):
    """Whether all numbers of a tensor are nearly the same."""
    return same(tensor, tensor.flatten()[:1].expand(tensor.numel()).view(tensor.shape))
