"""Exercises of lesson 01: attention heads."""

import math

import torch

from course_lib.workshop.exercises.cases import number, random_tensors, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 01.1 Three tokens on paper: a green key, a green ball, a red key in the dimensions green, red, key, ball
def answer():
    tokens = torch.tensor([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]])
    scores = tokens @ tokens[1] / 2
    weights = scores.softmax(dim=0)
    return {"scores": scores, "weights": weights, "output": weights @ tokens}


# 01.2 The missing √E
def prediction():
    return {"plain": 8, "scaled": 1, "slope": 0.09}


# 01.3 Find the bug
def split_and_merge_cases(seed):
    heads = number(seed, 3, 4)
    x, y = random_tensors(seed, (2, 5, heads * 7), (2, heads, 5, 7))
    return [(x, heads, y), (scattered(x), heads, scattered(y)), (x[:1, :1], 1, y[:1, :1, :1])]


def split_and_merge(pair, x, num_heads, y):
    """Apply each function to numbers of its own, so that no two mistakes undo each other."""
    split, merge = pair
    return {"split": split(x, num_heads), "merged": merge(y)}


def split(x, num_heads):
    """B T D -> B H T E."""
    B, T, D = x.shape
    return x.reshape(B, T, num_heads, D // num_heads).transpose(1, 2)


def merge(y):
    """B H T E -> B T D."""
    return y.transpose(1, 2).flatten(2)


# 01.4 Nobody looks at padding
def lengths_cases(seed):
    size = number(seed, 4, 7)
    (draw,) = random_tensors(seed, (3,))
    lengths = (draw.abs() * 10).long() % size + 1
    return [(lengths, size), (torch.tensor([size, 1]), size), (torch.tensor([0, 2]), 3)]


def mask_padding(lengths, size):
    """Lengths of the sentences, B, and their common size S -> bool, B 1 1 S."""
    real = torch.arange(size) < lengths.unsqueeze(1)
    return real[:, None, None, :]


# 01.5 Build it from memory
def attention_cases(seed):
    heads, width = number(seed, 2, 3), number(seed + 7, 5, 7)
    q, k, v = random_tensors(seed, (2, heads, 4, width), (2, heads, 6, width), (2, heads, 6, width))
    mask = mask_padding(torch.tensor([6, 3]), 6)
    blind = mask_padding(torch.tensor([0, 4]), 6)
    causal = torch.ones(4, 4, dtype=torch.bool).tril()
    of_each = torch.stack([causal[:, [0, 0, 1, 2, 3, 3]], causal[:, [3, 2, 2, 1, 0, 0]]]).unsqueeze(1)
    ours = q, scattered(k), v
    own = *(x[:, :, :4] for x in ours), causal
    return [(*ours, None), (*ours, mask), (*ours, blind), (*(x.double() for x in ours), mask), own, (*ours, of_each)]


def attention(q, k, v, mask=None):
    """B H T E, B H S E, B H S E and a mask -> B H T E."""
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=-1).nan_to_num(0.0) @ v


# 01.6 How many heads?
def decision():
    return {"A": 1, "B": 2, "C": 1, "parameters": 4 * (48 * 48 + 48), "parameters_B": 4 * (48 * 48 + 48)}


# 01.7 The whole layer
def layer_cases(seed):
    heads = number(seed, 2, 3)
    D = heads * number(seed + 1, 2, 4)
    x, memory, *weights = random_tensors(seed, (2, 5, D), (2, 7, D), *[(D, D)] * 4)
    weights = [weight / math.sqrt(D) for weight in weights]
    real = torch.arange(7) < torch.tensor([7, 4])[:, None]
    causal = torch.ones(5, 5, dtype=torch.bool).tril()
    return [
        (x, memory[:, :5], *weights, heads, None),
        (x, memory, *weights, heads, None),
        (scattered(x), memory, *weights, heads, real[:, None, None]),
        (x, x, *weights, heads, causal),
        (x[:, :3], memory, *weights, 1, None),
    ]


def layer(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask=None):
    """B T D asks B S D -> B T D."""
    q, k, v = (
        (rows @ W).unflatten(-1, (num_heads, -1)).transpose(1, 2)
        for rows, W in ((x, W_Q), (memory, W_K), (memory, W_V))
    )
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return (scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2) @ W_O


EXERCISES = [
    Exercise(id="01.1", title="Three tokens on paper", points=2, truth=answer, tolerance=5e-3),
    Exercise(id="01.2", title="The missing √E", points=1, truth=prediction, tolerance=2e-3),
    Exercise(
        id="01.3",
        title="Find the bug",
        points=2,
        truth=(split, merge),
        cases=split_and_merge_cases,
        run=split_and_merge,
    ),
    Exercise(
        id="01.4",
        title="Nobody looks at padding",
        points=2,
        truth=mask_padding,
        cases=lengths_cases,
        axes="sentence head query key",
    ),
    Exercise(
        id="01.5",
        title="Build it from memory",
        points=3,
        truth=attention,
        cases=attention_cases,
        axes="sentence head query number",
    ),
    Exercise(id="01.6", title="How many heads?", points=2, truth=decision),
    Exercise(
        id="01.7", title="The whole layer", points=3, truth=layer, cases=layer_cases, axes="sentence token number"
    ),
]
