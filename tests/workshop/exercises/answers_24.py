"""Answers to the exercises of lesson 24."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def loss_by_loops(images, texts, scale, same):
    B, total = len(images), 0.0
    for i in range(B):
        rows = [j for j in range(B) if j == i or not same[i, j]]
        row = [math.exp(scale * float(images[i] @ texts[j])) for j in rows]
        column = [math.exp(scale * float(images[j] @ texts[i])) for j in rows]
        own = math.exp(scale * float(images[i] @ texts[i]))
        total -= math.log(own / sum(row)) + math.log(own / sum(column))
    return total / (2 * B)


def loss_in_numpy(images, texts, scale, same):
    powers = np.exp(scale * images.numpy() @ texts.numpy().T)
    powers[same.numpy() & ~np.eye(len(powers), dtype=bool)] = 0
    own = np.diag(powers)
    return -0.5 * np.mean(np.log(own / powers.sum(0)) + np.log(own / powers.sum(1)))


def loss_by_logsumexp(images, texts, scale, same):
    logits = torch.einsum("ij,kj->ik", images.double(), texts.double()) * scale
    logits = torch.where(same & (torch.eye(len(logits)) == 0), -torch.inf, logits)
    return (logits.logsumexp(0) + logits.logsumexp(1) - 2 * logits.diag()).mean() / 2


def loss_with_minus_ten(images, texts, scale, same):
    logits = scale * images @ texts.T
    return symmetric(logits.masked_fill(same & ~torch.eye(len(logits), dtype=torch.bool), -10))


def mean_by_loops(images, captions):
    classes = []
    for texts in captions:
        mean = sum(text / text.norm() for text in texts)
        classes.append(mean / mean.norm())
    return [max(range(len(classes)), key=lambda c: float(image @ classes[c])) for image in images]


def mean_by_a_sum(images, captions):
    classes = F.normalize(F.normalize(captions, dim=-1).sum(dim=1), dim=-1)
    return torch.einsum("cj,nj->cn", classes, images).argmax(0)


def mean_in_numpy(images, captions):
    x = captions.numpy()
    x = (x / np.linalg.norm(x, axis=-1, keepdims=True)).mean(1)
    return np.argmax(images.numpy() @ (x / np.linalg.norm(x, axis=-1, keepdims=True)).T, axis=1)


def nearest_by_loops(images, captions):
    found = []
    for image in images:
        best = max((float(image @ text / text.norm()), c) for c, texts in enumerate(captions) for text in texts)
        found.append(best[1])
    return found


def nearest_in_one_list(images, captions):
    """All captions of all classes in one list; the class is the number of the caption divided by K."""
    flat = F.normalize(captions.flatten(0, 1), dim=-1)
    return (images @ flat.T).argmax(dim=1) // captions.shape[1]


def nearest_by_distance(images, captions):
    distances = torch.cdist(images.unsqueeze(0), F.normalize(captions, dim=-1))  # C N K
    return distances.amin(dim=-1).argmin(dim=0)


def measure_by_loops(found, labels, counts):
    shares = []
    for number in (1, 2, 3, 4):
        pairs = [(f, t) for f, t, n in zip(found, labels, counts, strict=True) if n == number]
        shares.append(100 * sum(int(f == t) for f, t in pairs) / len(pairs))
    return shares


def measure_by_means(found, labels, counts):
    return torch.stack([(found == labels)[counts == n].double().mean() * 100 for n in range(1, 5)])


def measure_in_numpy(found, labels, counts):
    right = np.asarray(found) == labels.numpy()
    return np.bincount(counts.numpy(), 100 * right, 5)[1:] / np.bincount(counts.numpy(), minlength=5)[1:]


def symmetric(logits):
    pairs = torch.arange(len(logits))
    return (F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2


def train_with_sgd(x, y, W, V, scale, steps, rate):
    W, V = torch.nn.Parameter(W.clone()), torch.nn.Parameter(V.clone())
    optimizer, losses = torch.optim.SGD((W, V), lr=rate), []
    for _ in range(steps):
        optimizer.zero_grad()
        value = symmetric(scale * F.normalize(x @ W, dim=1) @ F.normalize(y @ V, dim=1).T)
        value.backward()
        optimizer.step()
        losses.append(float(value.detach()))
    return {"losses": losses, "W": W, "V": V}


def train_what_was_given(x, y, W, V, scale, steps, rate):
    found = train_with_sgd(x, y, W, V, scale, steps, rate)
    W.copy_(found["W"].detach())
    return found


def train_functionally(x, y, W, V, scale, steps, rate):
    def value(W, V):
        images, texts = (a / a.norm(dim=1, keepdim=True) for a in (x @ W, y @ V))
        return symmetric(scale * images @ texts.T)

    losses = []
    for _ in range(steps):
        grads, loss = torch.func.grad_and_value(value, argnums=(0, 1))(W, V)
        losses.append(loss.item())
        W, V = W - rate * grads[0], V - rate * grads[1]
    return {"W": W, "V": V, "losses": torch.tensor(losses)}


def train_on_paper(x, y, W, V, scale, steps, rate):
    """The gradients by hand, in NumPy."""
    x, y, W, V = (a.numpy().astype(float) for a in (x, y, W, V))
    eye, losses = np.eye(len(x)), []
    for _ in range(steps):
        a, b = x @ W, y @ V
        lengths = [np.linalg.norm(c, axis=1, keepdims=True) for c in (a, b)]
        u, v = a / lengths[0], b / lengths[1]
        powers = np.exp(scale * u @ v.T)
        rows, columns = powers / powers.sum(1, keepdims=True), powers / powers.sum(0, keepdims=True)
        losses.append(-np.log(np.diag(rows) * np.diag(columns)).mean() / 2)
        slope = scale * (rows + columns - 2 * eye) / (2 * len(x))
        to_u, to_v = slope @ v, slope.T @ u
        to_a = (to_u - u * (u * to_u).sum(1, keepdims=True)) / lengths[0]
        to_b = (to_v - v * (v * to_v).sum(1, keepdims=True)) / lengths[1]
        W, V = W - rate * x.T @ to_a, V - rate * y.T @ to_b
    return {"losses": losses, "W": W, "V": V}


DEAR = {"24.4", "24.6"}  # in the slow tests
RIGHT = {
    "24.3": [loss_by_loops, loss_in_numpy, loss_by_logsumexp],
    "24.4": [
        (mean_by_loops, nearest_by_loops, measure_by_loops),
        (mean_by_a_sum, nearest_in_one_list, measure_by_means),
        (mean_in_numpy, nearest_by_distance, measure_in_numpy),
    ],
    "24.6": [train_with_sgd, train_functionally, train_on_paper],
}

WRONG = {
    "24.1": [
        ({"table": [[2, 1], [3, 4]]}, "table: at [0, 0]: yours is 2, the true value is 0.8"),
        ({"loss, scale 10": 0.7}, "loss, scale 10: yours is 0.7"),
    ],
    "24.2": [({"half": 4.16}, "half: yours is 4.16, the true value is 3.466")],
    "24.3": [
        (lambda images, texts, scale, same: loss_in_numpy(images, images, scale, same), "yours is"),
        (lambda images, texts, scale, same: scale * images @ texts.T, "yours has the shape 5 × 5"),
        (lambda *case: loss_by_loops(*case) / math.log(2), "yours is"),
        (loss_with_minus_ten, "a duplicate's logit of -10.0 is still in the sum"),
    ],
    "24.4": [
        (
            (mean_by_loops, nearest_by_loops, lambda *case: measure_by_loops(*case)[::-1]),
            "in reverse order",
        ),
        ((mean_by_loops, lambda *case: nearest_in_one_list(*case) + 1, measure_by_loops), "nearest: at [0]: yours is"),
        (
            (lambda images, captions: mean_by_loops(images, captions[:, :4]), nearest_by_loops, measure_by_loops),
            "mean: at",
        ),
        (
            (mean_by_loops, lambda images, captions: nearest_by_loops(images, captions[:, :4]), measure_by_loops),
            "nearest",
        ),
        ((lambda images, captions: images @ captions.T, nearest_by_loops, measure_by_loops), "your code raises"),
    ],
    "24.5": [
        ({"captions": [1, 1, 3, 3, 5]}, "along the rows: each picture looks for its caption"),
        ({"garment": "skirt"}, "garment: yours is 'skirt', the true value is 'hat'"),
    ],
    "24.6": [
        (train_what_was_given, "the matrices that were given have changed"),
        (lambda *case: train_with_sgd(*case)["losses"], "expected a dict with losses, W, V"),
        (lambda *case: {**train_with_sgd(*case), "V": None}, "V is still missing"),
        (
            lambda x, y, W, V, scale, steps, rate: train_with_sgd(x, y, W, V, scale, 1, rate),
            "losses: yours has the shape 1",
        ),
    ],
}
