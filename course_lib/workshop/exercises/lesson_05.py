"""Exercises of lesson 05: training the translator."""

import torch
import torch.nn.functional as F

from course_lib.workshop.exercises.cases import number, random_tensors, rng
from course_lib.workshop.exercises.exercise import Exercise


# 05.1 Columns
def target_cases(seed):
    source = rng(seed)
    lengths = torch.randint(1, 6, (3,), generator=source).tolist()
    sentences = [torch.randint(3, 50, (length,), generator=source).tolist() for length in lengths]
    return [(sentences,), ([[5], [7, 8, 9], [6, 4]],), ([[4, 3]],)]


def make_columns(sentences):
    """Lists of token ids -> {"reads": B T, "labels": B T, "counts": B T}."""
    longest = max(len(ids) for ids in sentences)
    reads = [[1, *ids] + [0] * (longest - len(ids)) for ids in sentences]
    labels = [[*ids, 2] + [0] * (longest - len(ids)) for ids in sentences]
    return {"reads": reads, "labels": labels, "counts": [[label != 0 for label in row] for row in labels]}


# 05.2 A loss on paper
def scores():
    p = torch.tensor([0.5, 0.25, 0.8])
    return {"loss": -p.log().mean(), "sentence": p.prod()}


# 05.3 Find the bug: a loss that is too small
def loss_cases(seed):
    vocabulary = number(seed, 7, 13)
    (logits,) = random_tensors(seed, (3, 5, vocabulary))
    labels = torch.randint(1, vocabulary, (3, 5), generator=rng(seed))
    labels[1, 2:], labels[2, 4:] = 0, 0
    return [(3 * logits, labels), (logits[:1], labels[:1]), (logits.double(), labels)]


def mean_loss(logits, labels):
    """B T V and B T -> the mean loss of the real tokens."""
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0)


# 05.4 Find the cheat
def judgment():
    return {"A": "honest", "B": "cheat", "C": "by heart", "best": "A"}


EXERCISES = [
    Exercise(id="05.1", title="Columns", points=2, truth=make_columns, cases=target_cases),
    Exercise(id="05.2", title="A loss on paper", points=2, truth=scores, tolerance=3e-3),
    Exercise(id="05.3", title="Find the bug: a loss that is too small", points=2, truth=mean_loss, cases=loss_cases),
    Exercise(id="05.4", title="Find the cheat", points=2, truth=judgment),
]
