"""Answers to the exercises of lesson 08."""

import numpy as np
import torch
from torch.autograd.functional import jacobian


def mask_by_parts(prefix, length):
    mask = torch.ones(length, length).tril().bool()
    mask[:prefix, :prefix] = True
    return mask


def mask_by_loops(prefix, length):
    return [[k <= q or k < prefix for k in range(length)] for q in range(length)]


def mask_in_numpy(prefix, length):
    return np.maximum(np.tri(length), np.arange(length) < prefix) > 0


def leaks_by_gradient(model, x):
    return jacobian(model, x).abs().sum(dim=(1, 3)) > 0


def leaks_by_noise(model, x):
    table = torch.zeros(len(x), len(x), dtype=torch.bool)
    for j in range(len(x)):
        other = x.clone()
        other[j] = torch.randn(x.shape[1]) * 10
        for i in range(len(x)):
            table[i, j] = not torch.equal(model(other)[i], model(x)[i])
    return table


def leaks_by_zeros(model, x):
    found = []
    for j in range(len(x)):
        other = x.clone()
        other[j] = 0
        found.append(((model(other) - model(x)).abs().max(dim=1).values > 1e-6).tolist())
    return np.array(found).T


def probe_by_pinv(seen, y, new, new_y):
    seen, y, new, new_y = (part.numpy().astype(float) for part in (seen, y, new, new_y))
    weights = np.linalg.pinv(np.c_[seen, np.ones(len(seen))]) @ y
    return {
        "probe": np.abs(np.c_[new, np.ones(len(new))] @ weights - new_y).mean(),
        "control": np.abs(new_y - y.mean()).mean(),
    }


def probe_by_centering(seen, y, new, new_y):
    centered = seen - seen.mean(dim=0)
    weights = torch.linalg.solve(centered.T @ centered, centered.T @ (y - y.mean()))
    guess = (new - seen.mean(dim=0)) @ weights + y.mean()
    return {"probe": (guess - new_y).abs().mean(), "control": (new_y - y.mean()).abs().mean()}


def probe_by_descent(seen, y, new, new_y):
    layer = torch.nn.Linear(seen.shape[1], 1)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        error = (layer(seen)[:, 0] - y).square().mean()
        error.backward()
        return error

    optimizer.step(loss)
    return {"control": torch.mean(abs(y.mean() - new_y)), "probe": torch.mean(abs(layer(new)[:, 0] - new_y))}


DEAR = {"08.1"}  # in the slow tests
RIGHT = {
    "08.1": [(mask_by_parts, leaks_by_gradient), (mask_by_loops, leaks_by_noise), (mask_in_numpy, leaks_by_zeros)],
    "08.4": [probe_by_pinv, probe_by_centering, probe_by_descent],
}

WRONG = {
    "08.1": [
        ((lambda prefix, length: torch.ones(length, length).tril() > 0, leaks_by_gradient), "this is the causal mask"),
        (
            (lambda *case: mask_by_parts(*case) * 1.0, leaks_by_gradient),
            "mask: this must hold True and False, yours holds float32",
        ),
        ((mask_by_parts, lambda model, x: jacobian(model, x).sum(dim=(1, 3)).T != 0), "the table is transposed"),
        (
            (mask_by_parts, lambda model, x: torch.zeros(len(x), len(x)) > 0),
            "no token was changed",
        ),
        ((lambda prefix, length: mask_by_parts(prefix + 1, length), leaks_by_zeros), "one token too many"),
    ],
    "08.2": [
        ({"spans target": "<gap0> small bird <gap1> old <eos>"}, "spans target: yours is '<gap0> small"),
        ({"causal labels": "<bos> bruno saw a small bird near the old house"}, "causal labels: yours is '<bos> bruno"),
    ],
    "08.3": [({"kept": 12}, "kept: yours is 12, the true value is 6")],
    "08.4": [
        (lambda seen, y, new, new_y: probe_by_pinv(new, new_y, new, new_y), "yours is"),
        (
            lambda seen, y, new, new_y: probe_by_pinv(seen, y, new, new_y)["probe"],
            "expected a dict with probe, control",
        ),
    ],
    "08.5": [({"lead": 0}, "lead: yours is 0, the true value is 6")],
    "08.6": [
        ({"grade": "decoder"}, "nothing is written here"),
        ({"translate": "decoder"}, "two texts"),
        ({"code": "Gpt"}, "code: yours is 'Gpt'"),
    ],
}

ANY = {"08.1": {"x"}}  # an argument that may be the same in all cases: something is tried on it
