"""Answers to the exercises of lesson 05."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence

SCORES = {"loss": 0.768, "precision 1": 0.8, "precision 2": 0.25, "penalty": 0.819}
BEAM = {"greedy": "a", "greedy p": 0.24, "beam": "b", "beam p": 0.36, "per token": -0.511, "error": "model"}
FORCED = {"teacher-forced": 0.833, "free-running": 0.333, "writes": "the dog sleeps ."}
JUDGED = {"A": "honest", "B": "cheat", "C": "by heart", "best": "A", "1": "article", "2": "missing", "3": "copied"}


def columns_by_padding(sentences):
    def pad(rows):
        return pad_sequence([torch.tensor(row) for row in rows], batch_first=True)

    labels = pad([[*ids, 2] for ids in sentences])
    return {"reads": pad([[1, *ids] for ids in sentences]), "labels": labels, "counts": labels != 0}


def columns_by_loops(sentences):
    T = max(len(ids) for ids in sentences) + 1
    reads, labels, counts = (np.zeros((len(sentences), T), dtype=int) for _ in range(3))
    for row, ids in enumerate(sentences):
        for t, token in enumerate(ids):
            reads[row, t + 1], labels[row, t] = token, token
        reads[row, 0], labels[row, len(ids)] = 1, 2
        counts[row, : len(ids) + 1] = 1
    return {"reads": reads, "labels": labels, "counts": counts}


def columns_as_lists(sentences):
    T = max(map(len, sentences))
    labels = [ids + [2] + [0] * (T - len(ids)) for ids in sentences]
    reads = [[1] + ids + [0] * (T - len(ids)) for ids in sentences]
    return {"labels": labels, "reads": reads, "counts": [[token > 0 for token in row] for row in labels]}


def loss_by_loops(logits, labels):
    losses = []
    for row, ids in zip(logits.tolist(), labels.tolist(), strict=True):
        for numbers, label in zip(row, ids, strict=True):
            if label:
                losses.append(math.log(sum(map(math.exp, numbers))) - numbers[label])
    return sum(losses) / len(losses)


def loss_by_selection(logits, labels):
    real = labels != 0
    return F.cross_entropy(logits[real], labels[real])


def loss_by_one_hot(logits, labels):
    real = (labels != 0).float()
    chosen = torch.einsum("btv,btv->bt", logits.log_softmax(-1), F.one_hot(labels, logits.shape[-1]).to(logits.dtype))
    return -(chosen * real).sum() / real.sum()


RIGHT = {
    "05.1": [columns_by_padding, columns_by_loops, columns_as_lists],
    "05.2": [
        SCORES,
        {"loss": -np.log([0.5, 0.25, 0.8]).mean(), "precision 1": 4 / 5, "precision 2": 1 / 4, "penalty": np.exp(-0.2)},
        {name: torch.tensor(value) for name, value in SCORES.items()},
    ],
    "05.3": [loss_by_loops, loss_by_selection, loss_by_one_hot],
    "05.4": [
        BEAM,
        {**BEAM, "greedy": "A", "per token": math.log(0.4 * 0.9) / 2},
        {**BEAM, "beam p": torch.tensor(0.4) * 0.9, "error": " Model"},
    ],
    "05.5": [FORCED, {**FORCED, "teacher-forced": 5 / 6}, {**FORCED, "free-running": np.float64(1 / 3)}],
    "05.6": [JUDGED, {name: word.upper() for name, word in JUDGED.items()}, dict(reversed(JUDGED.items()))],
}

WRONG = {
    "05.1": [
        (lambda s: {"reads": [[1, *ids] for ids in s], "labels": [[*ids, 2] for ids in s], "counts": None}, "reads: "),
        (lambda s: {**columns_as_lists(s), "counts": [[True] * 4 for _ in s]}, "counts: "),
        (lambda s: columns_as_lists([ids[::-1] for ids in s]), "reads: at ["),
    ],
    "05.2": [({**SCORES, "precision 2": 0.4}, "precision 2: yours is 0.4, the true value is 0.25")],
    "05.3": [
        (lambda logits, labels: F.cross_entropy(logits, labels, ignore_index=0), "your code raises"),
        (lambda logits, labels: -loss_by_selection(logits, labels), "yours is -"),
        (lambda logits, labels: F.cross_entropy(logits.mT, labels), "padding is counted in the loss"),
    ],
    "05.4": [({**BEAM, "beam": "c"}, "beam: yours is 'c', the true value is 'b'")],
    "05.5": [({**FORCED, "free-running": 0}, "free-running: yours is 0, the true value is 0.3333")],
    "05.6": [({**JUDGED, "1": "missing"}, "1: yours is 'missing', the true value is 'article'")],
}
