"""Exercises of lesson 24: CLIP."""

import math

import torch
import torch.nn.functional as F

from course_lib.workshop.exercises.cases import random_tensors, rng, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 24.1 Two by two: vectors that are not of length one yet
def paper():
    images, texts = torch.tensor([[2.0, 0], [3, 4]]), torch.tensor([[4.0, 3], [6, 8]])
    table = F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T
    rows, columns = (
        {scale: -(scale * table).log_softmax(dim=dim).diagonal() for scale in (1, 10)}  # of pictures, of captions
        for dim in (1, 0)
    )
    found = {"table": table} | {f"caption 1, scale {s}": columns[s][0] for s in (1, 10)}
    found |= {f"loss, scale {s}": ((rows[s] + columns[s]) / 2).mean() for s in (1, 10)}
    signs = 2 * torch.eye(2) - 1
    return found | {"sigmoid": -F.logsigmoid(signs * (10 * table - 8)).sum(dim=1).mean()}


# 24.2 The starting line
def start():
    return {
        "16": math.log(16),
        "128": math.log(128),
        "alike": math.log(64),
        "half": math.log(32),
        "four times": math.log(4),
        "four times, same": 0,
        "sigmoid": math.log(1 + math.exp(3)) + 15 * math.log(1 + math.exp(-3)),
    }


# 24.3 Find the bug: a colleague's loss
def loss_cases(seed):
    cases = []
    for B, J, distinct, scale in ((5, 3, 3, 4.0), (7, 4, 7, 9.0), (6, 2, 2, 2.5)):
        images, texts = random_tensors(seed + B, (B, J), (distinct, J))
        kind = torch.arange(B) % distinct
        cases.append((scattered(unit(images)), unit(texts)[kind], scale, kind == kind.unsqueeze(1)))
    noise, text = random_tensors(seed, (4, 5), (1, 5))
    away = unit(0.1 * noise - unit(text))  # all logits are about -40
    return [*cases, (away, unit(text).repeat(4, 1), 40.0, torch.ones(4, 4, dtype=torch.bool))]


def loss(images, texts, scale, same):
    """B J, B J, a number, B B -> one number."""
    logits = scale * images @ texts.T
    own = torch.eye(len(logits), dtype=torch.bool)
    logits = logits.masked_fill(same & ~own, -torch.inf)
    pairs = torch.arange(len(logits))
    return (F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2


# 24.4 What a caption is worth
def caption_cases(seed):
    cases = []
    for N, C, K, J in ((23, 5, 4, 3), (29, 3, 2, 4), (31, 11, 9, 6)):
        images, captions, sizes = random_tensors(seed + N, (N, J), (C, K, J), (C, K, 1))
        labels, counts = (torch.randint(n, (N,), generator=rng(seed + n)) for n in (C, 4))
        counts[:4] = torch.arange(4)
        cases.append((unit(images), scattered(captions * (2 * sizes).exp()), labels, counts + 1))
    return cases


def run_classes(functions, images, captions, labels, counts):
    mean, nearest, shares = functions
    places = torch.arange(len(labels))
    guess = labels.where(places % (counts + 1) > 0, labels + 1 - 2 * (places % 2))  # another share for each count
    found = {"mean": mean(images, captions), "nearest": nearest(images, captions)}
    return found | {"measure": shares(guess, labels, counts)}


def by_mean(images, captions):
    """N J, C K J -> N."""
    classes = F.normalize(F.normalize(captions, dim=-1).mean(dim=1), dim=-1)
    return (images @ classes.T).argmax(dim=1)


def by_nearest(images, captions):
    """N J, C K J -> N."""
    table = torch.einsum("nj,ckj->nck", images, F.normalize(captions, dim=-1))
    return table.amax(dim=2).argmax(dim=1)


def measure(found, labels, counts):
    """N, N, N -> four shares in percent."""
    right = torch.as_tensor(found) == labels
    return [100 * right[counts == n].float().mean() for n in (1, 2, 3, 4)]


# 24.5 Which side, which colour: the shipped model's cosines of five pictures and seven captions
def read():
    return {
        "captions": [1, 2, 3, 3, 5],
        "pictures": [1, 1, 3, 3, 5],
        "captions found": 80,
        "pictures found": 60,
        "garment": "hat",
    }


# 24.6 Two towers in a second
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


EXERCISES = [
    Exercise(id="24.1", title="Two by two", points=3, truth=paper, tolerance=2.5e-3),
    Exercise(id="24.2", title="The starting line", points=2, truth=start, tolerance=5e-3),
    Exercise(id="24.3", title="Find the bug: a colleague's loss", points=3, truth=loss, cases=loss_cases),
    Exercise(
        id="24.4",
        title="What a caption is worth",
        points=3,
        truth=(by_mean, by_nearest, measure),
        cases=caption_cases,
        run=run_classes,
    ),
    Exercise(id="24.5", title="Which side, which colour?", points=2, truth=read),
    Exercise(
        id="24.6",
        title="Two towers in a second",
        points=3,
        truth=train,
        cases=pair_cases,
        run=fit_and_look,
        tolerance=1e-3,
    ),
]
