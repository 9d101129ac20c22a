"""The whole multi-head layer out of its parts: what asks may be another sequence than what is asked."""

import math

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.nn import attention_weights, merge_heads, split_heads


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


def multi_head(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask, sources=(0, 1, 1), out=True, split=split_heads, size=1):
    """The layer; `sources` says where Q, K and V come from, `size` is a factor of the scores."""
    origin = x, memory
    q, k, v = (split(origin[i] @ W, num_heads) for i, W in zip(sources, (W_Q, W_K, W_V), strict=True))
    heads = merge_heads(attention_weights(size * q, k, mask) @ v)
    return heads @ W_O if out else heads


def with_change(**changes):
    return lambda *case: multi_head(*case, **changes)


def by_reshaping(x, num_heads):
    """Tokens and heads are mixed up."""
    return x.reshape(len(x), num_heads, x.shape[1], -1)


def scaled_by_the_width(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask):
    return multi_head(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask, size=1 / math.sqrt(num_heads))


def turned_weights(x, memory, W_Q, W_K, W_V, W_O, *rest):
    return multi_head(x, memory, W_Q.T, W_K.T, W_V.T, W_O.T, *rest)


def one_head(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask):
    return multi_head(x, memory, W_Q, W_K, W_V, W_O, 1, mask)


WHOLE_LAYER = Exercise(
    id="01.7",
    title="The whole layer",
    points=3,
    truth=multi_head,
    cases=layer_cases,
    axes="sentence token number",
    mistakes=[
        ("the heads' outputs have to pass the last linear layer, W_O", with_change(out=False)),
        ("the keys and the values come from the memory, not from x", with_change(sources=(0, 0, 0))),
        ("the queries come from x, not from the memory", with_change(sources=(1, 1, 1))),
        ("the values come from the memory, as the keys do", with_change(sources=(0, 1, 0))),
        ("there is one head as wide as all: the scores must be compared head by head", one_head),
        ("each head has the width D / H: divide its scores by the root of this, not of D", scaled_by_the_width),
        ("tokens and heads are mixed up: split the last axis, then exchange the axes", with_change(split=by_reshaping)),
        ("a vector is a row here: x W, not x times the transposed W", turned_weights),
        ("the mask is not used", lambda *case: multi_head(*case[:-1], None)),
        ("the scale is forgotten: divide the scores by the root of a head's width", lambda *case: unscaled(*case)),
    ],
)


def unscaled(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask):
    return multi_head(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask, size=math.sqrt(x.shape[-1] // num_heads))
