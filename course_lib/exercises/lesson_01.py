"""Exercises of lesson 01: attention heads."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.whole_layer import WHOLE_LAYER

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


EXERCISES = [
    Exercise(
        id="01.1",
        title="Three tokens on paper",
        points=2,
        truth=answer,
        tolerance=5e-3,
        mistakes=[
            ("the scores are not divided by √E = 2", Edit(" / 2 → ")),
            ("the scores are divided by E = 4, not by its root", Edit("/ 2 → / 4")),
            ("the red key asks here, not the green ball", Edit("tokens[1] → tokens[2]")),
            ("the green key asks here, not the green ball", Edit("tokens[1] → tokens[0]")),
            (
                "the shares are scores over their sum: e to the power of each score is missing",
                Edit("scores.softmax(dim=0) → scores / scores.sum()"),
            ),
            (
                "each e to the power of a score must be divided by their sum",
                Edit("scores.softmax(dim=0) → scores.exp()"),
            ),
            (
                "the whole weight went to the best match: softmax gives everybody something",
                Edit("scores.softmax(dim=0) → (scores == scores.max()).float()"),
            ),
            ("all tokens count alike: the output is the plain mean", Edit("weights @ tokens → tokens.mean(dim=0)")),
        ],
    ),
    Exercise(
        id="01.2",
        title="The missing √E",
        points=1,
        truth=prediction,
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
        truth=(split, merge),
        cases=split_and_merge_cases,
        run=split_and_merge,
        mistakes=[
            (
                "split: tokens and heads are mixed up: reshaped to B H T E without a transposition",
                Edit("T, num_heads, D // num_heads).transpose(1, 2) → num_heads, T, D // num_heads)"),
            ),
            (
                "split: each head takes every H-th number, not a block of E neighbours",
                Edit("num_heads, D // num_heads).transpose(1, 2) → D // num_heads, num_heads).permute(0, 3, 1, 2)"),
            ),
            (
                "split: the heads stand behind the tokens, B T H E: the transposition is missing",
                Edit("// num_heads).transpose(1, 2) → // num_heads)"),
            ),
            (
                "merge: the heads are merged without transposing: token 0 gets numbers of other tokens",
                Edit("y.transpose(1, 2).flatten(2) → y.reshape(len(y), y.shape[2], -1)"),
            ),
            (
                "merge: the numbers of the heads alternate; a head's numbers stay together",
                Edit("y.transpose(1, 2).flatten(2) → y.permute(0, 2, 3, 1).flatten(2)"),
            ),
            (
                "merge: the heads are added up; they stand side by side",
                Edit("y.transpose(1, 2).flatten(2) → y.sum(dim=1)"),
            ),
        ],
    ),
    Exercise(
        id="01.4",
        title="Nobody looks at padding",
        points=2,
        truth=mask_padding,
        cases=lengths_cases,
        axes="sentence head query key",
        mistakes=[
            ("sentence {sentence}: the mask is upside down; True means may attend", Edit("(size) < → (size) >=")),
            (
                "sentence {sentence} attends to key {key}: it counts one token too many",
                Edit("(size) < → (size) <="),
            ),
            (
                "sentence {sentence} does not attend to key {key}: it counts one token too few",
                Edit("lengths.unsqueeze(1) → (lengths - 1).unsqueeze(1)"),
            ),
            (
                "the padding stands at the end of a sentence, not at its beginning",
                Edit("None, None, :] → None, None, :].flip(-1)"),
            ),
            (
                "the mask is B S: it needs axes of size 1 for heads and queries, B 1 1 S",
                Edit("real[:, None, None, :] → real"),
            ),
            ("the mask hides queries (B 1 S 1), not keys (B 1 1 S)", Edit("None, None, :] → None, :, None]")),
            (
                "these are numbers to be added, 0 and -inf; asked for was True and False",
                Edit("real[:, None, None, :] → torch.zeros(()).masked_fill(~real[:, None, None, :], -torch.inf)"),
            ),
            (
                "all sentences get the mask of the longest",
                Edit("lengths.unsqueeze(1) → lengths.max().expand(len(lengths), 1)"),
            ),
        ],
    ),
    Exercise(
        id="01.5",
        title="Build it from memory",
        points=3,
        truth=attention,
        cases=attention_cases,
        axes="sentence head query number",
        mistakes=[
            ("the scale is forgotten: divide the scores by √E", Edit(" / q.shape[-1] ** 0.5 → ")),
            ("the scores are divided by E, not by √E", Edit("q.shape[-1] ** 0.5 → q.shape[-1]")),
            ("the scale is the root of E, not of the number of keys", Edit("q.shape[-1] ** 0.5 → k.shape[-2] ** 0.5")),
            (
                "the scores are divided by √D, the width of all heads together; E is the width of one",
                Edit("q.shape[-1] ** 0.5 → (q.shape[1] * q.shape[-1]) ** 0.5"),
            ),
            (
                "softmax over the wrong axis: the weights of each query must sum to 1, here those of each key do",
                Edit("softmax(dim=-1) → softmax(dim=-2)"),
            ),
            ("the mask is upside down: True means may attend", Edit("(~mask → (mask", ".nan_to_num(0.0) → ")),
            ("the mask is upside down: True means may attend", Edit("(~mask → (mask")),
            (
                "the mask comes after the softmax: the weights that are left no longer sum to 1",
                Edit('scores = scores.masked_fill(~mask, float("-inf")) → return (scores.softmax(dim=-1) * mask) @ v'),
            ),
            (
                "sentence {sentence}: a query that may attend to nothing gets NaN; it should get zeros",
                Edit(".nan_to_num(0.0) → "),
            ),
            (
                "sentence {sentence}: a query that may attend to nothing gets the mean of all values, not zeros",
                Edit('float("-inf") → -1e9'),
            ),
            (
                "masked scores are 0: that is a weight of e⁰ = 1 before the division, not none",
                Edit('float("-inf") → 0.0'),
            ),
            ("the mask is not used", Edit("mask is not None → False")),
            (
                "the mask is transposed: its rows are queries, its columns keys",
                Edit("~mask → ~(mask.mT if mask.shape[-1] == mask.shape[-2] else mask)"),
            ),
        ],
    ),
    Exercise(
        id="01.6",
        title="How many heads?",
        points=2,
        truth=decision,
        mistakes=[
            ("A asks for one value: one mixture holds it", {"A": 2}),
            ("B must tell two values apart: a mixture with equal weights does not say which came from where", {"B": 1}),
            ("C wants the mixture itself: one softmax can spread its weight", {"C": 2}),
            ("C wants the mixture itself: one softmax can spread its weight", {"C": 3}),
            ("there are four linear layers, the last one included", {"parameters": 3 * (48**2 + 48)}),
            ("each of the four linear layers has a bias", {"parameters": 4 * 48**2, "parameters_B": 4 * 48**2}),
            ("more heads share the same width: they cost no parameters", {"parameters_B": 2 * 4 * (48**2 + 48)}),
            ("more heads share the same width: they cost no parameters", {"parameters_B": 2 * (48**2 + 48)}),
        ],
    ),
    WHOLE_LAYER,
]
