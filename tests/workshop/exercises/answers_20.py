"""Answers to the exercises of lesson 20."""

import numpy as np
import torch
import torch.nn.functional as F


def find_by_a_loop(expected, logits_with, changes):
    best, smallest = None, float("inf")
    for name in changes:
        off = np.abs(logits_with(changes[name]).numpy() - expected.numpy()).max()
        if off < smallest:
            best, smallest = name, off
    return best


def find_what_is_close(expected, logits_with, changes):
    for name, change in changes.items():
        if torch.allclose(logits_with(change), expected, atol=1e-4):
            return name


def find_by_sorting(expected, logits_with, changes):
    off = sorted((F.mse_loss(logits_with(change), expected).item(), name) for name, change in changes.items())
    return off[0][1]


def measure_by_loops(logits, labels, trained):
    B, T, _ = logits.shape
    losses = [[-float(logits[b, t].log_softmax(0)[labels[b, t]]) for t in range(T)] for b in range(B)]
    near = [x for row in losses for x in row[:trained]]
    far = [x for row in losses for x in row[trained:]]
    return {"within": sum(near) / len(near), "beyond": sum(far) / len(far)}


def measure_by_cross_entropy(logits, labels, trained):
    def loss(places):
        return F.cross_entropy(logits[:, places].flatten(0, 1), labels[:, places].flatten())

    return {"within": loss(slice(None, trained)), "beyond": loss(slice(trained, None))}


def measure_in_numpy(logits, labels, trained):
    logits = logits.numpy()
    own = np.take_along_axis(logits, labels.numpy()[..., None], -1)[..., 0]
    near, far = np.split(np.logaddexp.reduce(logits, axis=-1) - own, [trained], axis=1)
    return {"within": near.mean(), "beyond": far.mean()}


def measure_by_exponentials(logits, labels, trained):
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    losses = -p.gather(2, labels[..., None])[..., 0].log()
    return {"within": losses[:, :trained].mean(), "beyond": losses[:, trained:].mean()}


def back_by_a_norm(model, tokens, folder, export, load):
    before = model(tokens)
    export(model, folder)
    return torch.dist(load(folder)(tokens), before, float("inf"))


def back_in_numpy(model, tokens, folder, export, load):
    export(model, folder)
    pair = [m(tokens).numpy() for m in (model, load(folder))]
    return np.max(np.abs(np.subtract(*pair)))


def back_row_by_row(model, tokens, folder, export, load):
    export(model, folder)
    other, worst = load(folder), 0.0
    for row in tokens:
        worst = max(worst, (other(row[None]) - model(row[None])).abs().max().item())
    return worst


RIGHT = {
    "20.4": [find_by_a_loop, find_what_is_close, find_by_sorting],
    "20.5": [measure_by_loops, measure_by_cross_entropy, measure_in_numpy],
    "20.6": [back_by_a_norm, back_in_numpy, back_row_by_row],
}

WRONG = {
    "20.1": [({"key": (2, 1)}, "turned three times"), ({"output 2": (1, 1)}, "output 2: at")],
    "20.2": [({"cache": 64}, "cache: yours is 64, the true value is 96")],
    "20.3": [({"meet at": 4096}, "meet at: yours is 4096, the true value is 5120")],
    "20.4": [
        (lambda true, logits, changes: min(changes, key=lambda n: (logits(changes[n]) - true).max()), "yours is"),
        (lambda true, logits, changes: min(changes, key=lambda n: (logits(changes[n]) - true)[0].abs().max()), "yours"),
        (
            lambda true, logits, changes: min(changes, key=lambda n: (logits(changes[n]) - true)[:, :8].abs().max()),
            "yours is",
        ),
        (lambda expected, logits_with, changes: logits_with("scale"), "yours is"),
        (lambda expected, logits_with, changes: list(changes)[-1], "yours is"),
        (lambda expected, logits_with, changes: "scale", "yours is 'scale'"),
    ],
    "20.5": [
        (lambda logits, labels, trained: measure_by_loops(logits, labels, trained)["within"], "expected a dict"),
        (measure_by_exponentials, "the exponential of a large logit is infinite"),
    ],
    "20.6": [
        (
            lambda model, tokens, folder, export, load: load(folder)(tokens) - model(tokens),
            "your code raises AttributeError",
        ),
        (lambda model, tokens, folder, export, load: 0.0, "yours is 0"),
    ],
}

ANY = {"20.4": {"changes"}, "20.6": {"folder", "export"}}  # arguments that may be the same in all cases
