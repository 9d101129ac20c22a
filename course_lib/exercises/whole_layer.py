"""The whole multi-head layer out of its parts: what asks may be another sequence than what is asked."""

import math

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


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


WHOLE_LAYER = Exercise(
    id="01.7",
    title="The whole layer",
    points=3,
    truth=layer,
    cases=layer_cases,
    axes="sentence token number",
    mistakes=[
        ("the heads' outputs have to pass the last linear layer, W_O", Edit(" @ W_O → ")),
        (
            "the keys and the values come from the memory, not from x",
            Edit("(memory, W_K) → (x, W_K)", "(memory, W_V) → (x, W_V)"),
        ),
        ("the queries come from x, not from the memory", Edit("(x, W_Q) → (memory, W_Q)")),
        ("the values come from the memory, as the keys do", Edit("(memory, W_V) → (x, W_V)")),
        (
            "there is one head as wide as all: the scores must be compared head by head",
            Edit("(num_heads, -1) → (1, -1)"),
        ),
        (
            "each head has the width D / H: divide its scores by the root of this, not of D",
            Edit("q.shape[-1] ** 0.5 → x.shape[-1] ** 0.5"),
        ),
        (
            "tokens and heads are mixed up: split the last axis, then exchange the axes",
            Edit(".unflatten(-1, (num_heads, -1)).transpose(1, 2) → .reshape(len(rows), num_heads, rows.shape[1], -1)"),
        ),
        (
            "a vector is a row here: x W, not x times the transposed W",
            Edit("(rows @ W) → (rows @ W.T)", "@ W_O → @ W_O.T"),
        ),
        ("the mask is not used", Edit("mask is not None → False")),
        ("the scale is forgotten: divide the scores by the root of a head's width", Edit(" / q.shape[-1] ** 0.5 → ")),
        (
            "the heads stand side by side in the end: exchange H and T before you flatten",
            Edit(".transpose(1, 2).flatten(2) → .reshape(len(x), x.shape[1], -1)"),
        ),
        (
            "queries are made from x, keys from what is asked",
            Edit("(x, W_Q), (memory, W_K) → (memory, W_Q), (x, W_K)"),
        ),
        ("x is not added here: that is done outside of attention", Edit("@ W_O → @ W_O + x")),
    ],
)
