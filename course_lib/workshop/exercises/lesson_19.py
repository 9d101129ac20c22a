"""Exercises of lesson 19: sliding window attention."""

import torch

from course_lib.workshop.exercises.cases import number, random_tensors, rng
from course_lib.workshop.exercises.exercise import Exercise
from course_lib.workshop.exercises.units import of_bytes


# 19.1 On paper
def paper():
    tables = [
        [[int(k <= q and (q - k < W or k < first)) for k in range(T)] for q in range(T)]
        for T, W, first in ((5, 2, 0), (6, 3, 1), (10, 3, 1))
    ]
    seen = {k for k in range(10) if tables[2][9][k]}
    return {"window 2": tables[0], "first": tables[1], "query 9": seen}


# 19.2 A ring with a sink
def ring_cases(seed):
    W = number(seed, 3, 6)
    return [(length, window, first) for length, window, first in ((W + 7, W, 2), (23, 5, 4), (4, 6, 2), (2, 4, 3))]


def held(length, window, first):
    """The positions in the cache, in the order of its places."""
    cache = {}
    for p in range(length):
        cache[p if p < first else first + (p - first) % window] = p
    return [cache[place] for place in sorted(cache)]


def lost(held, length, window, first):
    """The positions that the newest token may see, and that are not in the cache."""
    visible = {k for k in range(length) if length - 1 - k < window or k < first}
    return visible - set(held(length, window, first))


def forgetful(length, window, first):
    """A cache with four faults: no first tokens, neither the oldest nor the newest of the others, one out of sight."""
    return [*range(max(length - window + 1, first), length - 1), *range(first, length - window)[:1]]


def run_ring(functions, length, window, first):
    hold, missing = functions
    return {"held": hold(length, window, first), "lost": missing(forgetful, length, window, first)}


# 19.3 How far?
def reach_cases(seed):
    place = number(seed, 1, 4)
    return [((3, 3, 3), 12, place), ((2, 5, 1, 4), 20, place), ((4, None, 2), 19, 0), ((2,), 5, 1)]


def changed(windows, length, place):
    """Windows of the layers -> layers + 1 rows of `length` times true or false."""
    rows = [[t == place for t in range(length)]]
    for window in windows:
        reach = length if window is None else window
        rows.append([any(rows[-1][max(0, t - reach + 1) : t + 1]) for t in range(length)])
    return rows


# 19.4 A pattern
def pattern_cases(seed):
    a, b, c, d = (0.01 * n for n in torch.randperm(40, generator=rng(seed))[:4].sort().values.tolist())
    full, some = (None,) * 6, (1024, 1024, None) * 2
    one = {"full": (full, 1 + a), "two open": (some, 1.1 + b), "all closed": ((1024,) * 6, 1.7 + d)}
    one |= {"one open": ((1024,) * 5 + (None,), 1.2 + c), "closed, tight": ((16,) * 6, 1.65)}
    wide = {"wide": ((9000,) * 4, 0.8), "half": ((500, None) * 2, 0.9 + a), "tight": ((20,) * 4, 2 + b)}
    return [
        (one, 8192, 1 / 3),
        (one, 8192, 0.125),
        (wide, 1000, 0.75),
        (one, 3072, 5 / 9),
        (one, 2048, 1 / 3),
        (wide, 1000, 1.0),
    ]


def choose(patterns, length, share):
    """The name of the best pattern within the budget."""
    fitting = {}
    for name, (windows, loss) in patterns.items():
        kept = sum(length if window is None else min(window, length) for window in windows)
        if kept <= share * len(windows) * length + 1e-6:
            fitting[name] = loss
    return min(fitting, key=fitting.get)


# 19.5 The bill: 48 layers, 16 query heads, 4 key-value heads of width 256, window 1,024 in 40 layers
def bill():
    text, window = 131_072, 1024
    rows = {
        "MHA": 16 * 48 * text,
        "GQA": 4 * 48 * text,
        "GQA, window": 4 * 48 * window,
        "GQA, pattern": 4 * (8 * text + 40 * window),
    }
    doubled = (8 * 2 * text + 40 * window) / (8 * text + 40 * window)
    return {name: 2 * 256 * count * 2 / 2**30 for name, count in rows.items()} | {"doubled": doubled}


# 19.6 Looking for a sink
def sink_cases(seed):
    cases = []
    for B, H, T, start in ((2, 3, 7, 2), (1, 2, 12, 5), (3, 4, 6, 0)):
        scores, loud = random_tensors(seed + T, (B, H, T, T), (1, H, 1, 1))
        scores[..., :1] += 2 * loud
        hidden = torch.ones(T, T, dtype=torch.bool).triu(1)
        cases.append((scores.masked_fill(hidden, -torch.inf).softmax(dim=-1), start))
    return cases


def shares(weights, start):
    """B H T T -> H."""
    seen = torch.arange(1, weights.shape[-1] + 1)
    return (weights[:, :, :, 0] * seen)[:, :, start:].mean(dim=(0, 2))


# 19.7 What does a window save?
def saved():
    return {"parameters": 1, "cache": 8, "scores": 8, "D = 2,048": 4}


EXERCISES = [
    Exercise(id="19.1", title="On paper", points=2, truth=paper),
    Exercise(id="19.2", title="A ring with a sink", points=3, truth=(held, lost), cases=ring_cases, run=run_ring),
    Exercise(id="19.3", title="How far?", points=2, truth=changed, cases=reach_cases, axes="layer position"),
    Exercise(id="19.4", title="A pattern", points=2, truth=choose, cases=pattern_cases),
    Exercise(
        id="19.5",
        title="The bill",
        points=2,
        truth=bill,
        tolerance=5e-3,
        mistakes=[*of_bytes(bill(), "MHA", "GQA", "GQA, pattern")],
    ),
    Exercise(
        id="19.6", title="Find the bug: looking for a sink", points=2, truth=shares, cases=sink_cases, axes="head"
    ),
    Exercise(id="19.7", title="What does a window save?", points=1, truth=saved),
]
