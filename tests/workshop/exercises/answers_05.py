"""Answers to the exercises of lesson 05."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence


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
    "05.3": [loss_by_loops, loss_by_selection, loss_by_one_hot],
}

WRONG = {
    "05.1": [
        (lambda s: {"reads": [[1, *ids] for ids in s], "labels": [[*ids, 2] for ids in s], "counts": None}, "reads: "),
        (lambda s: {**columns_as_lists(s), "labels": columns_as_lists(s)["reads"]}, "the target is not shifted"),
        (
            lambda s: {
                **columns_as_lists(s),
                "reads": [[1, *ids, 2] + [0] * (max(map(len, s)) - len(ids)) for ids in s],
            },
            "the end token is read as well",
        ),
        (lambda s: {**columns_as_lists(s), "counts": [[True] * 4 for _ in s]}, "counts: "),
        (lambda s: columns_as_lists([ids[::-1] for ids in s]), "reads: at ["),
    ],
    "05.2": [({"sentence": 0.5}, "sentence: yours is 0.5, the true value is 0.1")],
    "05.3": [
        (lambda logits, labels: F.cross_entropy(logits, labels, ignore_index=0), "your code raises"),
        (lambda logits, labels: -loss_by_selection(logits, labels), "yours is -"),
        (lambda logits, labels: F.cross_entropy(logits.mT, labels), "padding is counted in the loss"),
    ],
    "05.4": [({"B": "honest"}, "B has no loss at all")],
}
