"""Answers to the exercises of lesson 22."""

import numpy as np
import torch

from course_lib.nn import delta_rule_steps


def correct_by_loops(state, k, v, beta):
    after = state.clone()
    for column in range(len(v)):
        answer = sum(float(k[row]) * float(state[row, column]) for row in range(len(k)))
        for row in range(len(k)):
            after[row, column] += float(k[row]) * beta * (float(v[column]) - answer)
    return after


def correct_in_numpy(state, k, v, beta):
    state, k, v = state.numpy(), k.numpy(), v.numpy()
    return state + beta * np.outer(k, v - state.T @ k)


def correct_as_the_library(state, k, v, beta):
    some = [x[None, None, None] for x in (k, k, v)]
    return delta_rule_steps(*some, torch.full((1, 1, 1), beta), torch.zeros(1, 1, 1), state[None, None])[1][0, 0]


def shares_by_loops(logits, active):
    rows = []
    for row in logits.tolist():
        best = sorted(range(len(row)), key=lambda i: -row[i])[:active]
        total = sum(np.exp(row[i]) for i in best)
        rows.append([float(np.exp(row[i]) / total) if i in best else 0.0 for i in range(len(row))])
    return rows


def shares_by_exponentials(logits, active):
    best, chosen = (logits.exp() / logits.exp().sum(dim=1, keepdim=True)).topk(active)
    return torch.zeros_like(logits).scatter(1, chosen, best / best.sum(dim=1, keepdim=True))


def shares_of_the_best_alone(logits, active):
    best, chosen = logits.topk(active)
    return torch.zeros_like(logits).scatter(1, chosen, best.softmax(dim=1))


RIGHT = {
    "22.2": [correct_by_loops, correct_in_numpy, correct_as_the_library],
    "22.3": [shares_by_loops, shares_of_the_best_alone],
}

WRONG = {
    "22.1": [
        ({"state": 3000}, "state: yours is 3000, the true value is 2048"),
        ({"tokens": None}, "tokens is still missing"),
    ],
    "22.2": [
        (lambda state, k, v, beta: state, "yours is"),
        (lambda state, k, v, beta: state[1:], "shape"),
        (
            lambda state, k, v, beta: state + beta * k.outer(v - (state if len(k) == len(v) else state.T) @ k),
            "yours",
        ),
    ],
    "22.3": [
        (lambda logits, active: logits, "yours is"),
        (shares_by_exponentials, "the exponential of a large logit is infinite"),
        (lambda logits, active: logits.topk(active).values.softmax(dim=1), "shape"),
    ],
    "22.4": [
        ({"A": "window"}, "A: yours is 'window', the true value is 'latents'"),
        ({"lookup": None}, "lookup is still missing"),
    ],
}
