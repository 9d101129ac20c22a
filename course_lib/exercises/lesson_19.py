"""Exercises of lesson 19: sliding window attention."""

import torch

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.ring import RING
from course_lib.exercises.solutions import Edit
from course_lib.exercises.units import of_bytes


# 19.1 On paper
def paper():
    tables = [
        [[int(k <= q and (q - k < W or k < first)) for k in range(T)] for q in range(T)]
        for T, W, first in ((5, 2, 0), (6, 3, 1), (10, 3, 1))
    ]
    seen = {k for k in range(10) if tables[2][9][k]}
    return {"window 2": tables[0], "first": tables[1], "query 9": seen}


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
    a, b, c, d = (0.01 * n for n in torch.randperm(40, generator=dice(seed))[:4].sort().values.tolist())
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
    Exercise(
        id="19.1",
        title="On paper",
        points=2,
        truth=paper,
        mistakes=[
            ("the window counts the token itself: W tokens, not W before it", Edit("q - k < W → q - k <= W")),
            ("the window has W tokens, but this one is too narrow", Edit("q - k < W → q - k < W - 1")),
            (
                "a token looks into the future",
                Edit("k <= q and (q - k < W or k < first) → abs(q - k) < W or k < first"),
            ),
            (
                "rows ask, columns are asked: the table is transposed",
                Edit("for k in range(T)] for q in range(T)] → for q in range(T)] for k in range(T)]"),
            ),
            ("the first token leaves the window here; it is always to be seen", Edit(" or k < first → ")),
            (
                "the first token leaves the window here; it is always to be seen",
                Edit("(6, 3, 1) → (6, 4, 0)"),
            ),
            ("query 9 sees the first token, too", {"query 9": {7, 8, 9}}),
            ("query 9 sees itself, too", {"query 9": {0, 7, 8}}),
        ],
    ),
    RING,
    Exercise(
        id="19.3",
        title="How far?",
        points=2,
        truth=changed,
        cases=reach_cases,
        axes="layer position",
        mistakes=[
            ("a window of W carries the news W − 1 tokens on, not W", Edit("t - reach + 1 → t - reach")),
            ("backwards: a token hears of those before it", Edit("max(0, t - reach + 1) : t + 1 → t : t + reach")),
            ("the mask is causal: news travels to the right only", Edit(") : t + 1 → ) : t + reach")),
            ("each layer has a window of its own", Edit("window in windows → window in windows[:1] * len(windows)")),
            ("None means that everything before may be seen", Edit("length if window → 1 if window")),
            ("a token that has heard does not forget: it sees itself", Edit(") : t + 1 → ) : t")),
            ("the first row is the embedding, where one token has changed", Edit("return rows → return rows[1:]")),
            (
                "each layer is asked about the embedding; it hears of what the layer below has heard",
                Edit("any(rows[-1] → any(rows[0]"),
            ),
        ],
    ),
    Exercise(
        id="19.4",
        title="A pattern",
        points=2,
        truth=choose,
        cases=pattern_cases,
        mistakes=[
            (
                "the lowest loss of all, whatever its cache costs",
                Edit("kept <= share * len(windows) * length + 1e-6 → True"),
            ),
            ("asked for is the best model within the budget, not the smallest cache", Edit("] = loss → ] = kept")),
            (
                "the first one that fits; asked for is the lowest loss of all that fit",
                Edit("min(fitting, key=fitting.get) → next(iter(fitting))"),
            ),
            ("the worst loss is chosen", Edit("min(fitting → max(fitting")),
            ("exactly the budget is still within it", Edit("+ 1e-6 → - 1e-6")),
            (
                "a layer with a window larger than the text keeps the text, not the window",
                Edit("min(window, length) → window"),
            ),
            (
                "an open layer keeps the whole text",
                Edit("length if window → 0 if window"),
            ),
            (
                "a layer with a window keeps something, too: its window",
                Edit("min(window, length) → length * (length <= window)"),
            ),
            ("asked for is the name, not the loss", Edit("min(fitting, key=fitting.get) → min(fitting.values())")),
        ],
    ),
    Exercise(
        id="19.5",
        title="The bill",
        points=2,
        truth=bill,
        tolerance=5e-3,
        mistakes=[
            ("keys and values: the formula begins with a 2", Edit("2 * 256 → 256")),
            ("a number has 2 bytes here", Edit("count * 2 → count * 4")),
            ("a GiB is 2³⁰ bytes", Edit("2**30 → 1")),
            *of_bytes(bill(), "MHA", "GQA", "GQA, pattern"),
            ("in MHA each of the 16 query heads has keys and values of its own", Edit("16 * 48 → 4 * 48")),
            ("in GQA there are 4 key-value heads, not 16", Edit('"GQA": 4 → "GQA": 16')),
            ("a layer with a window keeps 1,024 tokens, however long the text is", Edit("48 * window → 48 * text")),
            (
                "every sixth layer is open: 8 of 48, the other 40 have a window",
                Edit("4 * (8 * text + 40 * window → 4 * (40 * text + 8 * window"),
            ),
            ("every sixth layer is open: 8 of 48, not 6", Edit("4 * (8 * text + 40 → 4 * (6 * text + 42")),
            ("the layers with a window keep something, too", Edit("4 * (8 * text + 40 * window) → 4 * 8 * text")),
            ("the rings do not grow: it is a little less than 2", {"doubled": 2}),
            ("the open layers grow with the text", {"doubled": 1}),
        ],
    ),
    Exercise(
        id="19.6",
        title="Find the bug: looking for a sink",
        points=2,
        truth=shares,
        cases=sink_cases,
        axes="head",
        mistakes=[
            (
                "an even share is 1 of the tokens seen so far, t + 1; not 1 of all T",
                Edit("torch.arange(1, weights.shape[-1] + 1) → weights.shape[-1]"),
            ),
            (
                "the query at place t sees t + 1 tokens, itself included",
                Edit("arange(1, weights.shape[-1] + 1) → arange(weights.shape[-1])"),
            ),
            (
                "the even share of a query is 1 of all tokens before it, those before `start` included",
                Edit("weights.shape[-1] + 1) → weights.shape[-1] + 1) - start"),
            ),
            ("these are the weights themselves, not multiples of an even share", Edit(" * seen → ")),
            ("the queries before `start` are counted, too", Edit("[:, :, start:] → ")),
            (
                "this is what the first token asks; asked for is what it is given: column 0",
                Edit("weights[:, :, :, 0] → weights[:, :, 0]"),
            ),
            (
                "each token's weight on itself or the last one is no sink: column 0",
                Edit("[:, :, :, 0] → [:, :, :, -1]"),
            ),
            (
                "one number per head: the mean goes over texts and queries, not over heads",
                Edit("dim=(0, 2) → dim=(0, 1)"),
            ),
            ("a sum over the queries; asked for is the mean", Edit("mean(dim=(0, 2)) → sum(dim=2).mean(dim=0)")),
        ],
    ),
    Exercise(
        id="19.7",
        title="What does a window save?",
        points=1,
        truth=saved,
        mistakes=[
            ("no matrix has the number of tokens among its sizes: a window saves no parameters", {"parameters": 8}),
            ("with a ring, a layer keeps the rows of its window and no others", {"cache": 1}),
            ("a token scores the keys that it sees: 4,096 of 32,768", {"scores": 1}),
            ("one token against its window; this is the factor of all tokens squared", {"scores": 64}),
            ("both sizes of each matrix are halved: a quarter is left", {"D = 2,048": 2}),
            ("this has nothing to do with the window: a matrix has two sizes, and both are halved", {"D = 2,048": 1}),
        ],
    ),
]
