"""Answers to the exercises of lesson 15."""

import cmath
import math

import numpy as np
import torch


def rotate_by_loops(x, positions, base):
    turned, E = x.clone(), x.shape[-1]
    for t, place in enumerate(positions.tolist()):
        for i in range(E // 2):
            angle = place * base ** (-2 * i / E)
            a, b = x[..., t, 2 * i], x[..., t, 2 * i + 1]
            turned[..., t, 2 * i] = a * math.cos(angle) - b * math.sin(angle)
            turned[..., t, 2 * i + 1] = a * math.sin(angle) + b * math.cos(angle)
    return turned


def rotate_complex_numbers(x, positions, base):
    E = x.shape[-1]
    turns = torch.tensor(
        [[cmath.exp(1j * p * base ** (-2 * i / E)) for i in range(E // 2)] for p in positions.tolist()]
    )
    numbers = torch.complex(x[..., ::2].double(), x[..., 1::2].double()) * turns
    return torch.view_as_real(numbers).reshape(x.shape)


def rotate_by_matrices(x, positions, base):
    E = x.shape[-1]
    frequencies = torch.tensor([base ** (-(i - i % 2) / E) for i in range(E)])
    angles = positions[:, None].float() * frequencies
    partner = torch.zeros(E, E)
    for i in range(0, E, 2):
        partner[i, i + 1], partner[i + 1, i] = 1, -1
    x = x.float()
    return x * angles.cos() + torch.einsum("bhte,ef->bhtf", x, partner) * angles.sin()


def rotate_with_angles_like_x(x, positions, base):
    theta = (base ** (-torch.arange(0, x.shape[-1], 2) / x.shape[-1])).to(x.dtype)
    angles = positions.to(x.dtype)[:, None] * theta
    first, second = x[..., 0::2], x[..., 1::2]
    turned = first * angles.cos() - second * angles.sin(), first * angles.sin() + second * angles.cos()
    return torch.stack(turned, dim=-1).flatten(-2)


def change_by_loops(rotate, q, k, shift):
    worst, T = 0.0, len(q)
    q, k = [(rotate(x, torch.arange(T)), rotate(x, shift + torch.arange(T))) for x in (q, k)]
    for m in range(T):
        for n in range(T):
            worst = max(worst, abs(float(q[0][m] @ k[0][n] - q[1][m] @ k[1][n])))
    return worst


def change_by_einsum(rotate, q, k, shift):
    scores = [
        torch.einsum("me,ne->mn", rotate(q, torch.arange(s, s + len(q))), rotate(k, torch.arange(s, s + len(k))))
        for s in (0, shift)
    ]
    return torch.linalg.vector_norm(scores[1] - scores[0], math.inf)


def change_in_numpy(rotate, q, k, shift):
    places = np.arange(len(q))
    near, far = (
        rotate(q, torch.tensor(p)).numpy() @ rotate(k, torch.tensor(p)).numpy().T for p in (places, places + shift)
    )
    return np.abs(near - far).max()


def convert_by_loops(weight, heads):
    E, rows = len(weight) // heads, []
    for head in range(heads):
        for i in range(E // 2):
            rows += [weight[head * E + i], weight[head * E + E // 2 + i]]
    return torch.stack(rows)


def convert_by_order(weight, heads):
    order = torch.arange(len(weight)).reshape(heads, 2, -1).permute(0, 2, 1).reshape(-1)
    return weight[order]


def convert_in_numpy(weight, heads):
    parts = [np.stack(np.split(head, 2), axis=1).reshape(head.shape) for head in np.split(weight.numpy(), heads)]
    return np.concatenate(parts)


def read_by_loops(known, unseen, fit):
    def rows(states):
        pairs = [(piece[t], t) for piece in states for t in range(1, len(piece))]
        return torch.stack([state for state, _ in pairs]), torch.tensor([t for _, t in pairs])

    states, labels = rows(unseen)
    errors = [abs(int(a) - int(b)) for a, b in zip(fit(*rows(known)).predict(states), labels, strict=True)]
    T = known.shape[1]
    middle = sum(abs(t - T / 2) for t in range(1, T)) / (T - 1)
    return {"exact": errors.count(0) / len(errors), "wrong by": sum(errors) / len(errors), "middle": middle}


def read_with_labels_from_zero(known, unseen, fit):
    B, T, D = unseen.shape
    places = torch.arange(T - 1)
    probe = fit(known[:, 1:].reshape(-1, D), places.expand(len(known), -1).reshape(-1))
    named = probe.predict(unseen[:, 1:].reshape(-1, D)).view(B, T - 1)
    errors = (named - places).abs().double()
    middle = (places + 1 - T / 2).abs().mean()
    return {"exact": (named == places).double().mean(), "wrong by": errors.mean(), "middle": middle}


def read_place_by_place(known, unseen, fit):
    T = known.shape[1]
    states = torch.cat([known[:, t] for t in range(1, T)])
    probe = fit(states, torch.arange(1, T).repeat_interleave(len(known)))
    errors = torch.stack([(probe.predict(unseen[:, t]) - t).abs() for t in range(1, T)]).numpy()
    return {"exact": (errors == 0).mean(), "wrong by": errors.mean(), "middle": (T // 2) * (T // 2 - 1) / (T - 1)}


DEAR = {"15.2"}  # in the slow tests
RIGHT = {
    "15.2": [
        (rotate_by_loops, change_by_loops),
        (rotate_complex_numbers, change_by_einsum),
        (rotate_by_matrices, change_in_numpy),
    ],
    "15.3": [convert_by_loops, convert_by_order, convert_in_numpy],
    "15.4": [read_by_loops, read_with_labels_from_zero, read_place_by_place],
}

WRONG = {
    "15.1": [
        ({"turned": [-0.5, 0.866]}, "turned: yours has the shape 2, the true one has the shape 4"),
        ({"after": -1.806}, "after: yours is -1.806, the true value is 0.07"),
    ],
    "15.2": [
        ((lambda x, p, base: rotate_by_loops(x, p.bfloat16().double(), base), change_by_loops), "turned: at"),
        ((lambda x, positions, base: x, change_by_loops), "turned: at"),
        ((rotate_with_angles_like_x, change_by_loops), "the angles have too few digits"),
        ((rotate_by_loops, lambda rotate, q, k, shift: 0.0), "largest change: yours is 0, the true value is"),
        ((rotate_by_loops, lambda rotate, q, k, shift: rotate(q @ k.T, shift)), "your code raises"),
    ],
    "15.3": [
        (lambda weight, heads: weight.flip(0), "yours is"),
        (lambda weight, heads: weight[: len(weight) // 2], "shape"),
    ],
    "15.4": [
        (lambda known, unseen, fit: {**read_by_loops(known, unseen, fit), "exact": 0.0}, "exact: yours is 0"),
        (lambda known, unseen, fit: read_by_loops(known, unseen, fit)["exact"], "expected a dict with exact"),
        (lambda known, unseen, fit: read_by_loops(known, unseen[: len(known)], fit), "exact: yours is"),
    ],
}

ANY = {"15.4": {"fit"}}  # an argument that may be the same in all cases: a tool
