"""Answers to the exercises of lesson 13."""

import numpy as np
import torch
import torch.nn.functional as F


def by_adam(pairs, count):
    scores = torch.zeros(count, requires_grad=True)
    optimizer = torch.optim.Adam([scores], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        better, worse = scores[pairs].unbind(dim=1)
        F.softplus(worse - better).mean().backward()
        optimizer.step()
    return scores


def by_hand(pairs, count):
    """The classical fixed point: wins over expected meetings."""
    games = np.zeros((count, count))
    np.add.at(games, tuple(pairs.numpy().T), 1)
    strength = np.ones(count)
    for _ in range(300):
        expected = (games + games.T) / (strength[:, None] + strength)
        strength = games.sum(axis=1) / expected.sum(axis=1)
    return np.log(strength)


def by_newton(pairs, count):
    def loss(scores):
        return -F.logsigmoid(scores[pairs[:, 0]] - scores[pairs[:, 1]]).sum() + scores.sum() ** 2

    scores = torch.zeros(count)
    for _ in range(12):
        slope, bend = torch.func.grad(loss)(scores), torch.func.hessian(loss)(scores)
        scores = scores - torch.linalg.solve(bend, slope)
    return scores.tolist()


def trial_in_numpy(margins):
    margins = margins.numpy()
    margins = margins[np.argsort(abs(margins))].reshape(3, -1)
    return np.stack([(1 / (1 + np.exp(-abs(margins)))).mean(axis=1), (margins > 0).mean(axis=1)], axis=1)


def trial_by_sorting(margins):
    rows = sorted(margins.tolist(), key=abs)
    third = len(rows) // 3
    result = []
    for part in (rows[:third], rows[third : 2 * third], rows[2 * third :]):
        sure = sum(1 / (1 + 2.718281828 ** -abs(m)) for m in part) / third
        result.append((sure, sum(m > 0 for m in part) / third))
    return result


def trial_by_claims(margins):
    claims = torch.maximum(margins.sigmoid(), 1 - margins.sigmoid()).double()
    order = margins.abs().sort().indices
    return torch.stack([claims[order].view(3, -1).mean(1), (margins[order] > 0).double().view(3, -1).mean(1)]).T


def trial_in_two_rows(margins):
    return trial_by_claims(margins).T


DEAR = {"13.2"}  # in the slow tests
RIGHT = {
    "13.2": [(by_adam, trial_in_numpy), (by_hand, trial_by_sorting), (by_newton, trial_by_claims)],
}

WRONG = {
    "13.1": [({"3": {"C", "F", "I"}}, "3: yours is {C, F, I}")],
    "13.2": [
        ((by_hand, trial_in_two_rows), "trial: yours has the shape 2 × 3, the true one has the shape 3 × 2"),
        ((lambda pairs, count: by_hand(pairs.flip(1), count), trial_in_numpy), "the wrong way round"),
        ((lambda pairs, count: torch.bincount(pairs[:, 0], minlength=count).float(), trial_in_numpy), "counts of wins"),
        ((by_hand, lambda margins: trial_in_numpy(margins)[::-1].copy()), "the surest third comes first"),
    ],
    "13.3": [({"best": 0.0}, "best: yours is 0, the true value is 0.475")],
    "13.4": [({"hacker": "Q"}, "hacker: yours is 'Q', the true value is 'P'")],
}

TRAININGS = {"13.2"}  # each answer trains a model
