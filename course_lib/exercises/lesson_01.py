"""Exercises of lesson 01: attention heads."""

import math

import torch

from course_lib.exercises.cases import as_mask, number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.whole_layer import WHOLE_LAYER
from course_lib.nn import attention_weights, merge_heads, split_heads

# 01.1 Three tokens on paper: a green key, a green ball, a red key in the dimensions green, red, key, ball
SCENE = torch.tensor([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]])


def on_paper(asking=1, scale=2.0, shares=lambda scores: scores.softmax(dim=-1)):
    """Scores, weights and output of the token that asks."""
    scores = SCENE @ SCENE[asking] / scale
    weights = shares(scores)
    return {"scores": scores, "weights": weights, "output": weights @ SCENE}


# 01.2 The missing √E
def spread(d_head=64, scale=8.0, variance=1.0):
    """The standard deviation of a score before and after the division."""
    plain = math.sqrt(d_head) * variance
    return {"plain": plain, "scaled": plain / scale, "slope": 0.9 * 0.1}


# 01.3 Find the bug
def split_and_merge_cases(seed):
    heads = number(seed, 3, 4)
    (x,) = random_tensors(seed, (2, 5, heads * 7))
    return [(x, heads), (scattered(x), heads), (x[:1, :1], 1)]


def split_then_merge(pair, x, num_heads):
    """Both functions, so that no two mistakes undo each other; what is merged lies in memory as attention gives it."""
    split, merge = pair
    heads = split(x, num_heads)
    return {"split": heads, "merged": merge(None if heads is None else split_heads(x, num_heads).contiguous())}


# 01.4 Nobody looks at padding
def lengths_cases(seed):
    size = number(seed, 4, 7)
    (draw,) = random_tensors(seed, (3,))
    lengths = (draw.abs() * 10).long() % size + 1
    return [(lengths, size), (torch.tensor([size, 1]), size), (torch.tensor([0, 2]), 3)]


def mask_of(lengths, size):
    return (torch.arange(size) < lengths[:, None])[:, None, None]


# 01.5 Build it from memory
def attention_cases(seed):
    heads, width = number(seed, 2, 3), number(seed + 7, 5, 7)
    q, k, v = random_tensors(seed, (2, heads, 4, width), (2, heads, 6, width), (2, heads, 6, width))
    mask = mask_of(torch.tensor([6, 3]), 6)
    blind = mask_of(torch.tensor([0, 4]), 6)
    ours = q, scattered(k), v
    return [(*ours, None), (*ours, mask), (*ours, blind), (*(x.double() for x in ours), mask)]


def attend(q, k, v, mask):
    return attention_weights(q, k, mask) @ v


def attend_wrongly(scale=lambda q: math.sqrt(q.shape[-1]), axis=-1, hide=None, fill=-math.inf):
    """Attention with one thing changed."""

    def answer(q, k, v, mask):
        scores = q @ k.mT / scale(q)
        hidden = None if mask is None else (hide or torch.logical_not)(mask)
        scores = scores if hidden is None else scores.masked_fill(hidden, fill)
        return scores.softmax(dim=axis) @ v

    return answer


def turned(mask):
    return None if mask is None else ~mask


def mask_after_softmax(q, k, v, mask):
    weights = attention_weights(q, k)
    return (weights if mask is None else weights * mask) @ v


# 01.6 How many heads?
def heads_for_tasks(d_model=48, with_bias=True):
    layer = 4 * (d_model**2 + d_model * with_bias)
    return {"A": 1, "B": 2, "C": 1, "parameters": layer, "parameters_B": layer}


EXERCISES = [
    Exercise(
        id="01.1",
        title="Three tokens on paper",
        points=2,
        truth=on_paper,
        tolerance=5e-3,
        mistakes=[
            ("the scores are not divided by √E = 2", on_paper(scale=1)),
            ("the scores are divided by E = 4, not by its root", on_paper(scale=4)),
            ("the red key asks here, not the green ball", on_paper(asking=2)),
            ("the green key asks here, not the green ball", on_paper(asking=0)),
            (
                "the shares are scores over their sum: e to the power of each score is missing",
                on_paper(shares=lambda scores: scores / scores.sum()),
            ),
            ("each e to the power of a score must be divided by their sum", on_paper(shares=torch.exp)),
            (
                "the whole weight went to the best match: softmax gives everybody something",
                on_paper(shares=lambda scores: (scores == scores.max()).double().float()),
            ),
            ("all tokens count alike: the output is the plain mean", {"output": SCENE.mean(dim=0)}),
        ],
    ),
    Exercise(
        id="01.2",
        title="The missing √E",
        points=1,
        truth=spread,
        tolerance=2e-3,
        mistakes=[
            ("64 is the variance of the score; the standard deviation is its root", {"plain": 64}),
            ("the products do not cancel: variances of independent terms add up", {"plain": 1}),
            ("E is the divisor here; the rule divides by √E", {"scaled": 8 / 64}),
            ("the division is there to change the spread: it cannot stay 8", {"scaled": 8}),
            ("the slope is w (1 − w), not 1 − w", {"slope": 0.1}),
            ("the slope is w (1 − w), not w", {"slope": 0.9}),
            ("w (1 − w) is largest, 0.25, at one half; towards 1 the softmax is saturated", {"slope": 0.25}),
        ],
    ),
    Exercise(
        id="01.3",
        title="Find the bug",
        points=2,
        truth=(split_heads, merge_heads),
        cases=split_and_merge_cases,
        run=split_then_merge,
        mistakes=[
            (
                "split: tokens and heads are mixed up: reshaped to B H T E without a transposition",
                (lambda x, h: x.reshape(x.shape[0], h, x.shape[1], -1), merge_heads),
            ),
            (
                "split: each head takes every H-th number, not a block of E neighbours",
                (lambda x, h: x.unflatten(-1, (-1, h)).permute(0, 3, 1, 2), merge_heads),
            ),
            (
                "split: the heads stand behind the tokens, B T H E: the transposition is missing",
                (lambda x, h: x.unflatten(-1, (h, -1)), merge_heads),
            ),
            (
                "merge: the heads are merged without transposing: token 0 gets numbers of other tokens",
                (split_heads, lambda y: y.reshape(y.shape[0], y.shape[2], -1)),
            ),
            (
                "merge: the numbers of the heads alternate; a head's numbers stay together",
                (split_heads, lambda y: y.permute(0, 2, 3, 1).flatten(2)),
            ),
            ("merge: the heads are added up; they stand side by side", (split_heads, lambda y: y.sum(dim=1))),
        ],
    ),
    Exercise(
        id="01.4",
        title="Nobody looks at padding",
        points=2,
        truth=mask_of,
        cases=lengths_cases,
        run=as_mask,
        axes="sentence head query key",
        mistakes=[
            ("sentence {sentence}: the mask is upside down; True means may attend", lambda *case: ~mask_of(*case)),
            (
                "sentence {sentence} attends to key {key}: it counts one token too many",
                lambda lengths, size: mask_of(lengths + 1, size),
            ),
            (
                "sentence {sentence} does not attend to key {key}: it counts one token too few",
                lambda lengths, size: mask_of(lengths - 1, size),
            ),
            (
                "the padding stands at the end of a sentence, not at its beginning",
                lambda *case: mask_of(*case).flip(-1),
            ),
            (
                "the mask is B S: it needs axes of size 1 for heads and queries, B 1 1 S",
                lambda *case: mask_of(*case)[:, 0, 0],
            ),
            ("the mask hides queries (B 1 S 1), not keys (B 1 1 S)", lambda *case: mask_of(*case).mT),
            (
                "these are numbers to be added, 0 and -inf; asked for was True and False",
                lambda *case: torch.zeros(()).masked_fill(~mask_of(*case), -math.inf),
            ),
            (
                "all sentences get the mask of the longest",
                lambda lengths, size: mask_of(lengths.amax().expand(len(lengths)), size),
            ),
        ],
    ),
    Exercise(
        id="01.5",
        title="Build it from memory",
        points=3,
        truth=attend,
        cases=attention_cases,
        axes="sentence head query number",
        mistakes=[
            ("the scale is forgotten: divide the scores by √E", attend_wrongly(scale=lambda q: 1)),
            ("the scores are divided by E, not by √E", attend_wrongly(scale=lambda q: q.shape[-1])),
            (
                "the scores are divided by √D, the width of all heads together; E is the width of one",
                attend_wrongly(scale=lambda q: math.sqrt(q.shape[1] * q.shape[-1])),
            ),
            (
                "softmax over the wrong axis: the weights of each query must sum to 1, here those of each key do",
                attend_wrongly(axis=-2),
            ),
            ("the mask is upside down: True means may attend", attend_wrongly(hide=lambda mask: mask)),
            ("the mask is upside down: True means may attend", lambda q, k, v, mask: attend(q, k, v, turned(mask))),
            ("the mask comes after the softmax: the weights that are left no longer sum to 1", mask_after_softmax),
            ("sentence {sentence}: a query that may attend to nothing gets NaN; it should get zeros", attend_wrongly()),
            (
                "sentence {sentence}: a query that may attend to nothing gets the mean of all values, not zeros",
                attend_wrongly(fill=-1e9),
            ),
            ("masked scores are 0: that is a weight of e⁰ = 1 before the division, not none", attend_wrongly(fill=0.0)),
            ("the mask is not used", lambda q, k, v, mask: attend(q, k, v, None)),
        ],
    ),
    Exercise(
        id="01.6",
        title="How many heads?",
        points=2,
        truth=heads_for_tasks,
        mistakes=[
            ("A asks for one value: one mixture holds it", {"A": 2}),
            ("B must tell two values apart: a mixture with equal weights does not say which came from where", {"B": 1}),
            ("C wants the mixture itself: one softmax can spread its weight", {"C": 2}),
            ("C wants the mixture itself: one softmax can spread its weight", {"C": 3}),
            ("there are four linear layers, the last one included", {"parameters": 3 * (48**2 + 48)}),
            ("each of the four linear layers has a bias", heads_for_tasks(with_bias=False)),
            ("more heads share the same width: they cost no parameters", {"parameters_B": 2 * 4 * (48**2 + 48)}),
            ("more heads share the same width: they cost no parameters", {"parameters_B": 2 * (48**2 + 48)}),
        ],
    ),
    WHOLE_LAYER,
]
