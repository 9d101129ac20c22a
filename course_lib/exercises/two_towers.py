"""The training of two towers in a second."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

ONE_WAY = "the captions have to look for their pictures, too"
OTHER_WAY = "the pictures have to look for their captions, too"
HALF = "both ways: half of each"
LENGTH = "the vectors have to be scaled to length one first"
TIMES = "the scale multiplies a cosine; the temperature, 1 / scale, would divide it"


def unit(x):
    return F.normalize(x, dim=-1)


def pair_cases(seed):
    sizes = ((5, 4, 3, 2, 4.0, 3, 0.5), (7, 3, 6, 4, 8.0, 4, 0.2), (4, 5, 2, 3, 2.0, 1, 1.0))
    cases = []
    for B, X, Y, J, scale, steps, rate in sizes:
        x, y, W, V = random_tensors(seed + B, (B, X), (B, Y), (X, J), (Y, J))
        cases.append((scattered(x), y, W, V, scale, steps, rate))
    return cases


def train(x, y, W, V, scale, steps, rate):
    """-> {"losses": ..., "W": ..., "V": ...}."""
    W, V = W.clone().requires_grad_(), V.clone().requires_grad_()
    optimizer, pairs, losses = torch.optim.SGD([W, V], lr=rate), torch.arange(len(x)), []
    for _ in range(steps):
        logits = scale * F.normalize(x @ W, dim=-1) @ F.normalize(y @ V, dim=-1).T
        loss = (F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {"losses": losses, "W": W.detach(), "V": V.detach()}


def fit_and_look(answer, x, y, W, V, *rest):
    """What an answer returns, and what has become of the matrices that it was given."""
    found = answer(x, y, W, V, *rest)
    return {**found, "given W": W, "given V": V} if isinstance(found, dict) else found


def losses_after(*case):
    *rest, steps, rate = case
    return train(*case) | {"losses": train(*rest, steps + 1, rate)["losses"][1:]}


TWO_TOWERS = Exercise(
    id="24.6",
    title="Two towers in a second",
    points=3,
    truth=train,
    cases=pair_cases,
    run=fit_and_look,
    tolerance=1e-3,
    mistakes=[
        (ONE_WAY, Edit("cross_entropy(logits.T → cross_entropy(logits")),
        (OTHER_WAY, Edit("cross_entropy(logits, → cross_entropy(logits.T,")),
        (LENGTH, Edit("F.normalize(x @ W, dim=-1) @ F.normalize(y @ V, dim=-1).T → x @ W @ (y @ V).T")),
        (TIMES, Edit("scale * F → 1 / scale * F")),
        ("the mean of the pairs, not their sum", Edit("/ 2 → / 2 * len(x)")),
        (HALF, Edit(" / 2 → ")),
        ("the scale is forgotten", Edit("scale * F → F")),
        ("V does not learn", Edit("[W, V] → [W]")),
        ("W does not learn", Edit("[W, V] → [V]")),
        ("uphill: the gradient is subtracted", Edit("lr=rate → lr=rate, maximize=True")),
        ("the gradients of earlier steps are still in it: set them to zero", Edit("optimizer.zero_grad() → ")),
        ("the losses are those before each step; these are from behind it", losses_after),
        ("the matrices that were given have changed: learn on copies", Edit("W.clone() → W", "V.clone() → V")),
        *[
            (
                "the vectors have length one, x W and y V, not the weights",
                Edit(
                    f"F.normalize(x @ W, dim=-1) → (x @ F.normalize(W, dim={dim}))",
                    f"F.normalize(y @ V, dim=-1) → (y @ F.normalize(V, dim={dim}))",
                ),
            )
            for dim in (0, 1)
        ],
        ("a step goes down the mean of the pairs, not their sum", Edit("loss.backward() → (len(x) * loss).backward()")),
    ],
)
