"""Exercises of lesson 19: sliding window attention."""

import torch

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise


# 19.1 On paper
def table(T, W, first=0, sees=None):
    sees = sees or (lambda q, k: k <= q and (q - k < W or k < first))
    return [[int(sees(q, k)) for k in range(T)] for q in range(T)]


def paper(W=0):
    """Both tables and what query 9 sees, with W tokens more in the window."""
    seen = {k for k in range(10) if table(10, 3 + W, first=1)[9][k]}
    return {"window 2": table(5, 2 + W), "first": table(6, 3 + W, first=1), "query 9": seen}


def each_alone(values):
    return [{name: value} for name, value in values.items()]


# 19.2 A ring with a sink
def ring_cases(seed):
    W = number(seed, 3, 6)
    return [(length, window, first) for length, window, first in ((W + 7, W, 2), (23, 5, 4), (4, 6, 2), (2, 4, 3))]


def held(length, window, first, place=lambda p, window, first: first + (p - first) % window):
    cache = {}
    for p in range(length):
        cache[p if p < first else place(p, window, first)] = p
    return [cache[place] for place in sorted(cache)]


def lost(hold, length, window, first, may=lambda q, k, window, first: q - k < window or k < first):
    kept = {int(p) for p in hold(length, window, first)}
    return {k for k in range(length) if may(length - 1, k, window, first)} - kept


def forgetful(length, window, first):
    """A cache with three faults: no first tokens, and of the others neither the oldest nor the newest."""
    return list(range(max(length - window + 1, 0), length - 1))


def run_ring(functions, length, window, first):
    hold, missing = functions
    return {"held": hold(length, window, first), "lost": missing(forgetful, length, window, first)}


def holding(hold):
    return hold, lost


def losing(may):
    return held, lambda *case: lost(*case, may)


def in_text_order(length, window, first):
    return sorted(held(length, window, first))


# 19.3 How far?
def reach_cases(seed):
    place = number(seed, 1, 4)
    return [((3, 3, 3), 12, place), ((2, 5, 1, 4), 20, place), ((4, None, 2), 9, 3), ((2,), 5, 1)]


def changes(windows, length, place, carry=lambda t, k, W: t - k >= 0 and (W is None or t - k < W), start=True):
    rows = [[t == place for t in range(length)]]
    for W in windows:
        rows.append([any(rows[-1][k] and carry(t, k, W) for k in range(length)) for t in range(length)])
    return rows if start else rows[1:]


def carried(carry):
    return lambda *case: changes(*case, carry)


# 19.4 A pattern
def pattern_cases(seed):
    a, b, c, d = (0.01 * n for n in torch.randperm(40, generator=dice(seed))[:4].sort().values.tolist())
    full, some = (None,) * 6, (1024, 1024, None) * 2
    one = {"full": (full, 1 + a), "two open": (some, 1.1 + b), "all closed": ((1024,) * 6, 1.7 + d)}
    one |= {"one open": ((1024,) * 5 + (None,), 1.2 + c), "closed, tight": ((16,) * 6, 1.65)}
    wide = {"wide": ((9000,) * 4, 0.8), "half": ((500, None) * 2, 0.9 + a), "tight": ((20,) * 4, 2 + b)}
    return [(one, 8192, 1 / 3), (one, 8192, 0.125), (wide, 1000, 0.75), (one, 3072, 5 / 9), (wide, 1000, 1.0)]


def kept_tokens(windows, length):
    return sum(min(length, W or length) for W in windows)


def best_pattern(patterns, length, share, kept=kept_tokens, fits=lambda kept, most: kept <= most + 1e-9, rank=None):
    choices = {n: p for n, p in patterns.items() if fits(kept(p[0], length), share * length * len(p[0]))}
    return min(choices, key=lambda name: (rank or (lambda p: p[1]))(choices[name]))


def smallest(pattern):
    return kept_tokens(pattern[0], 8192)


def chosen_with(**changed):
    return lambda *case: best_pattern(*case, **changed)


# 19.5 The bill: 48 layers, 16 query heads, 4 key-value heads of width 256, window 1,024 in 40 layers
def gib(heads, open_layers, windows, length=131_072, both=2, each=2, unit=2**30):
    return both * heads * 256 * each * (open_layers * length + windows * 1024) / unit


NAMES = ("MHA", "GQA", "GQA, window", "GQA, pattern")
SETTINGS = dict(zip(NAMES, ((16, 48, 0), (4, 48, 0), (4, 0, 48), (4, 8, 40)), strict=True))
BILL = {name: gib(*settings) for name, settings in SETTINGS.items()} | {"doubled": 2 - gib(4, 0, 40) / gib(4, 8, 40)}


def billed_with(names=NAMES, **changed):
    return [{name: gib(*SETTINGS[name], **changed)} for name in names]


# 19.6 Looking for a sink
def sink_cases(seed):
    cases = []
    for B, H, T, start in ((2, 3, 7, 2), (1, 2, 12, 5), (3, 4, 6, 0)):
        scores, loud = random_tensors(seed + T, (B, H, T, T), (1, H, 1, 1))
        scores[..., :1] += 2 * loud
        hidden = torch.ones(T, T, dtype=torch.bool).triu(1)
        cases.append((scores.masked_fill(hidden, -torch.inf).softmax(dim=-1), start))
    return cases


def even_shares(weights, start, seen=lambda T: torch.arange(1, T + 1), column=0, over=(0, 2)):
    on_first = weights[..., column] if column is not None else weights[:, :, 0]
    return (on_first * seen(weights.shape[-1]))[..., start:].mean(dim=over)


def shares_with(**changed):
    return lambda weights, start: even_shares(weights, start, **changed)


# 19.7 What does a window save?
SAVED = {"parameters": 1, "cache": 8, "scores": 8, "D = 2,048": 4}

EXERCISES = [
    Exercise(
        id="19.1",
        title="On paper",
        points=2,
        truth=paper,
        mistakes=[
            *[
                ("the window counts the token itself: W tokens, not W before it", part)
                for part in each_alone(paper(W=1))
            ],
            *[("the window has W tokens, but this one is too narrow", part) for part in each_alone(paper(W=-1))],
            ("a token looks into the future", {"window 2": table(5, 2, sees=lambda q, k: abs(q - k) < 2)}),
            ("a token looks into the future", {"first": table(6, 3, sees=lambda q, k: abs(q - k) < 3 or k == 0)}),
            (
                "rows ask, columns are asked: the table is transposed",
                {"window 2": table(5, 2, sees=lambda q, k: 0 <= k - q < 2)},
            ),
            ("the first token leaves the window here; it is always to be seen", {"first": table(6, 3)}),
            ("the first token leaves the window here; it is always to be seen", {"first": table(6, 4)}),
            ("query 9 sees the first token, too", {"query 9": {7, 8, 9}}),
        ],
    ),
    Exercise(
        id="19.2",
        title="A ring with a sink",
        points=3,
        truth=(held, lost),
        cases=ring_cases,
        run=run_ring,
        mistakes=[
            ("the first tokens are overwritten: this is a ring without a sink", holding(lambda n, W, _: held(n, W, 0))),
            ("right, but in the order of the text; asked for is the order of places", holding(in_text_order)),
            (
                "the token `first` goes to the first place of the ring: subtract before you divide",
                holding(lambda n, W, first: held(n, W, first, lambda p, window, first: first + p % window)),
            ),
            (
                "the ring has `window` places; the kept tokens come on top",
                holding(lambda n, W, first: held(n, max(W - first, 1), first)),
            ),
            ("the ring has one place too many", holding(lambda n, W, first: held(n, W + 1, first))),
            ("nothing is ever overwritten", holding(lambda n, W, first: list(range(n)))),
            ("the first tokens may be seen, too, and are lost", losing(lambda q, k, W, f: q - k < W)),
            (
                "the text has the positions 0 to length − 1 only",
                (held, lambda hold, n, W, f: {*range(n - W, n), *range(f)} - set(hold(n, W, f))),
            ),
            (
                "a window of W reaches back W − 1 tokens; this is one more",
                losing(lambda q, k, W, f: q - k <= W or k < f),
            ),
            ("this is what is held; asked for is what is missing", (held, lambda hold, *case: set(hold(*case)))),
            ("all tokens of the text are looked for, not only those in sight", losing(lambda *_: True)),
        ],
    ),
    Exercise(
        id="19.3",
        title="How far?",
        points=2,
        truth=changes,
        cases=reach_cases,
        axes="layer position",
        mistakes=[
            ("a window of W carries the news W − 1 tokens on, not W", carried(lambda t, k, W: 0 <= t - k <= (W or 99))),
            ("backwards: a token hears of those before it", carried(lambda t, k, W: 0 <= k - t < (W or 99))),
            ("the mask is causal: news travels to the right only", carried(lambda t, k, W: abs(t - k) < (W or 99))),
            ("each layer has a window of its own", lambda windows, *case: changes(windows[:1] * len(windows), *case)),
            ("None means that everything before may be seen", carried(lambda t, k, W: 0 <= t - k < (W or 1))),
            ("a token that has heard does not forget: it sees itself", carried(lambda t, k, W: 0 < t - k < (W or 99))),
            ("the first row is the embedding, where one token has changed", lambda *case: changes(*case, start=False)),
            (
                "each layer is asked about the embedding; it hears of what the layer below has heard",
                lambda windows, *case: [changes((), *case)[0], *(changes((W,), *case)[1] for W in windows)],
            ),
        ],
    ),
    Exercise(
        id="19.4",
        title="A pattern",
        points=2,
        truth=best_pattern,
        cases=pattern_cases,
        mistakes=[
            ("the lowest loss of all, whatever its cache costs", chosen_with(fits=lambda kept, most: True)),
            ("asked for is the best model within the budget, not the smallest cache", chosen_with(rank=smallest)),
            ("the first one that fits; asked for is the lowest loss of all that fit", chosen_with(rank=lambda p: 0)),
            ("the worst loss is chosen", chosen_with(rank=lambda p: -p[1])),
            ("exactly the budget is still within it", chosen_with(fits=lambda kept, most: kept < most - 1e-9)),
            (
                "a layer with a window larger than the text keeps the text, not the window",
                chosen_with(kept=lambda windows, length: sum(W or length for W in windows)),
            ),
            (
                "an open layer keeps the whole text",
                chosen_with(kept=lambda windows, length: sum(min(length, W or 0) for W in windows)),
            ),
            (
                "a layer with a window keeps something, too: its window",
                chosen_with(kept=lambda windows, length: sum(length * (W is None or length <= W) for W in windows)),
            ),
        ],
    ),
    Exercise(
        id="19.5",
        title="The bill",
        points=2,
        truth=lambda: BILL,
        tolerance=5e-3,
        mistakes=[
            *[("keys and values: the formula begins with a 2", part) for part in billed_with(both=1)],
            *[("a number has 2 bytes here", part) for part in billed_with(each=4)],
            *[("a GiB is 2³⁰ bytes", part) for unit in (1, 2**20, 1e9) for part in billed_with(unit=unit)],
            ("in MHA each of the 16 query heads has keys and values of its own", {"MHA": gib(4, 48, 0)}),
            ("in GQA there are 4 key-value heads, not 16", {"GQA": gib(16, 48, 0)}),
            ("a layer with a window keeps 1,024 tokens, however long the text is", {"GQA, window": gib(4, 48, 0)}),
            ("every sixth layer is open: 8 of 48, the other 40 have a window", {"GQA, pattern": gib(4, 40, 8)}),
            ("every sixth layer is open: 8 of 48, not 6", {"GQA, pattern": gib(4, 6, 42)}),
            ("the layers with a window keep something, too", {"GQA, pattern": gib(4, 8, 0)}),
            ("the rings do not grow: it is a little less than 2", {"doubled": 2}),
            ("the open layers grow with the text", {"doubled": 1}),
        ],
    ),
    Exercise(
        id="19.6",
        title="Find the bug: looking for a sink",
        points=2,
        truth=even_shares,
        cases=sink_cases,
        axes="head",
        mistakes=[
            ("an even share is 1 of the tokens seen so far, t + 1; not 1 of all T", shares_with(seen=lambda T: T)),
            ("the query at place t sees t + 1 tokens, itself included", shares_with(seen=torch.arange)),
            (
                "the even share of a query is 1 of all tokens before it, those before `start` included",
                lambda weights, start: even_shares(
                    weights[..., start:, :], 0, seen=lambda T: torch.arange(T - start) + 1
                ),
            ),
            ("these are the weights themselves, not multiples of an even share", shares_with(seen=lambda T: 1)),
            ("the queries before `start` are counted, too", lambda weights, start: even_shares(weights, 0)),
            ("this is what the first token asks; asked for is what it is given: column 0", shares_with(column=None)),
            ("each token's weight on itself or the last one is no sink: column 0", shares_with(column=-1)),
            ("one number per head: the mean goes over texts and queries, not over heads", shares_with(over=(0, 1))),
            ("a sum over the queries; asked for is the mean", lambda w, s: even_shares(w, s) * (w.shape[-1] - s)),
        ],
    ),
    Exercise(
        id="19.7",
        title="What does a window save?",
        points=1,
        truth=lambda: SAVED,
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
