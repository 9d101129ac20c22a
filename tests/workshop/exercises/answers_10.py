"""Answers to the exercises of lesson 10."""

import math
from collections import Counter

import numpy as np
import torch

MASK = [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]


def bill_by_loops(losses, sentences):
    tokens = words = letters = 0
    total = 0.0
    for row, text in zip(losses, sentences, strict=True):
        tokens, words, letters, total = (
            tokens + len(row),
            words + len(text.split()),
            letters + len(text),
            total + sum(row),
        )
    return {"tokens per word": tokens / words, "bits per character": total / letters / math.log(2)}


def bill_in_numpy(losses, sentences):
    flat = np.concatenate([np.array(row) for row in losses])
    text = "".join(sentences)
    words = sum(map(len, map(str.split, sentences)))
    return {"tokens per word": flat.size / words, "bits per character": flat.sum() / np.log(2) / len(text)}


def bill_in_torch(losses, sentences):
    flat = torch.cat(list(map(torch.tensor, losses))).double()
    words = len(" ".join(sentences).split())
    letters = torch.tensor([len(s) for s in sentences]).sum()
    return {
        "bits per character": flat.sum() / math.log(2) / letters,
        "tokens per word": torch.tensor(len(flat) / words),
    }


def bigram_in_torch(texts, exam, size, extra):
    def chain(many):
        before = torch.tensor([i for ids in many for i in [1, *ids[:-1]]])
        return before, torch.tensor([i for ids in many for i in ids])

    counts = torch.full((size, size), extra, dtype=torch.float64)
    counts.index_put_(chain(texts), torch.ones(1, dtype=torch.float64), accumulate=True)
    table = counts / counts.sum(1, keepdim=True)
    x, y = chain(exam)
    return {"table": table, "loss": -table[x, y].log().mean()}


def bigram_by_counters(texts, exam, size, extra):
    counts = Counter(pair for ids in texts for pair in zip([1, *ids], ids, strict=False))
    sums = [sum(counts[i, j] + extra for j in range(size)) for i in range(size)]
    table = [[(counts[i, j] + extra) / sums[i] for j in range(size)] for i in range(size)]
    losses = [-math.log(table[i][j]) for ids in exam for i, j in zip([1, *ids], ids, strict=False)]
    return {"table": table, "loss": sum(losses) / len(losses)}


def pairs_of(ids):
    return zip([1, *ids[:-1]], ids, strict=True)


def bigram_in_numpy(texts, exam, size, extra):
    counts = np.zeros((size, size))
    for ids in texts:
        np.add.at(counts, ([1, *ids[:-1]], ids), 1)
    table = (counts + extra) / (counts + extra).sum(axis=1)[:, None]
    return {"table": table, "loss": np.mean([-np.log(table[i, j]) for ids in exam for i, j in pairs_of(ids)])}


RIGHT = {
    "10.3": [bill_by_loops, bill_in_numpy, bill_in_torch],
    "10.4": [bigram_in_torch, bigram_by_counters, bigram_in_numpy],
}

WRONG = {
    "10.1": [
        ({"perplexity": 4}, "perplexity: yours is 4, the true value is 3.031"),
        ({"mask": MASK[1:]}, "mask: yours has the shape 13, the true one has the shape 14"),
    ],
    "10.2": [({"A": "random"}, "A: yours is 'random', the true value is 'learned by heart'")],
    "10.3": [
        (lambda losses, texts: bill_by_loops(losses, [t.encode().decode("latin-1") for t in texts]), "yours is"),
        (lambda losses, texts: bill_by_loops(losses, [t.replace("  ", " x ") for t in texts]), "yours is"),
        (lambda losses, sentences: {"tokens per word": 1, "bits per character": 1}, "tokens per word: yours is 1"),
        (lambda losses, sentences: {**bill_by_loops(losses, sentences), "bits per character": None}, "still missing"),
    ],
    "10.4": [
        (lambda *case: {"table": bigram_in_numpy(*case)["table"][1:], "loss": 1}, "table: yours has the shape"),
        (lambda *case: {**bigram_in_numpy(*case), "loss": 0.5}, "loss: yours is 0.5"),
    ],
    "10.5": [({"ratio": 160}, "ratio: yours is 160, the true value is 16")],
}
