"""The loss of two towers, and their training in a second; with the ways to get it wrong."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import random_tensors, scattered

ONE_WAY = "the captions have to look for their pictures, too"
OTHER_WAY = "the pictures have to look for their captions, too"
HALF = "both ways: half of each"
LENGTH = "the vectors have to be scaled to length one first"
TIMES = "the scale multiplies a cosine; the temperature, 1 / scale, would divide it"


def unit(x):
    return F.normalize(x, dim=-1)


def by_row(logits):
    return -logits.log_softmax(dim=1).diagonal()


def by_column(logits):
    return -logits.log_softmax(dim=0).diagonal()


def both_ways(logits):
    return (by_row(logits) + by_column(logits)) / 2


def pair_cases(seed):
    sizes = ((5, 4, 3, 2, 4.0, 3, 0.5), (7, 3, 6, 4, 8.0, 4, 0.2), (4, 5, 2, 3, 2.0, 1, 1.0))
    cases = []
    for B, X, Y, J, scale, steps, rate in sizes:
        x, y, W, V = random_tensors(seed + B, (B, X), (B, Y), (X, J), (Y, J))
        cases.append((scattered(x), y, W, V, scale, steps, rate))
    return cases


def fit(x, y, W, V, scale, steps, rate, vectors=unit, loss=both_ways, total=torch.mean, learn=(1, 1), keep=0.0):
    losses, grads = [], (0.0, 0.0)
    for _ in range(steps):
        W, V = W.requires_grad_(), V.requires_grad_()
        value = total(loss(scale * vectors(x @ W) @ vectors(y @ V).T))
        grads = [keep * old + new for old, new in zip(grads, torch.autograd.grad(value, (W, V)), strict=True)]
        losses.append(value.item())
        W, V = ((a - share * rate * grad).detach() for a, share, grad in zip((W, V), learn, grads, strict=True))
    return {"losses": losses, "W": W, "V": V}


def fit_and_look(answer, x, y, W, V, *rest):
    """What an answer returns, and what has become of the matrices that it was given."""
    found = answer(x, y, W, V, *rest)
    return {**found, "given W": W, "given V": V} if isinstance(found, dict) else found


def fit_in_place(x, y, W, V, *rest):
    found = fit(x, y, W.clone(), V.clone(), *rest)
    W.data, V.data = found["W"], found["V"]
    return found


def fit_with(**changed):
    return lambda *case: fit(*case, **changed)


def losses_after(*case):
    *rest, steps, rate = case
    return fit(*case) | {"losses": fit(*rest, steps + 1, rate)["losses"][1:]}


FIT_MISTAKES = [
    (ONE_WAY, fit_with(loss=by_row)),
    (OTHER_WAY, fit_with(loss=by_column)),
    (LENGTH, fit_with(vectors=lambda x: x)),
    (TIMES, lambda x, y, W, V, scale, *rest: fit(x, y, W, V, 1 / scale, *rest)),
    ("the mean of the pairs, not their sum", fit_with(total=torch.sum)),
    (HALF, fit_with(loss=lambda x: 2 * both_ways(x))),
    ("the scale is forgotten", lambda x, y, W, V, scale, *rest: fit(x, y, W, V, 1.0, *rest)),
    ("V does not learn", fit_with(learn=(1, 0))),
    ("W does not learn", fit_with(learn=(0, 1))),
    ("uphill: the gradient is subtracted", fit_with(learn=(-1, -1))),
    ("the gradients of earlier steps are still in it: set them to zero", fit_with(keep=1.0)),
    ("the losses are those before each step; these are from behind it", losses_after),
    ("the matrices that were given have changed: learn on copies", fit_in_place),
]
