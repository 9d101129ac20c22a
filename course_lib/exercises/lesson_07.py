"""Exercises of lesson 07: attention maps."""

import math

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.nn import attention_weights, causal_mask


# 07.1 Record without changing
def recording_cases(seed):
    heads, width = number(seed, 2, 3), number(seed + 7, 5, 7)
    q, k, v = random_tensors(seed, (2, heads, 4, width), (2, heads, 6, width), (2, heads, 6, width))
    mask = torch.arange(6) < torch.tensor([[6], [4]])
    return [(q, k, v, None), (q, scattered(k), v, mask[:, None, None])]


def watching(keep=lambda q, k, v, mask: attention_weights(q, k, mask), give=None):
    """A function that makes watchers: they append what they keep, and return what attention gives."""

    def watch(kept):
        def attend(q, k, v, mask=None):
            kept.append(keep(q, k, v, mask))
            return give(q, k, v, mask) if give else attention_weights(q, k, mask) @ v

        return attend

    return watch


def run_recording(answer, q, k, v, mask):
    """What a watched layer gives, called twice, and what was kept on the way."""
    kept = []
    attend = answer(kept)
    if attend is None:
        return None
    output = attend(q, k, v, mask)
    attend(q, k, v, mask)
    return {"output": output, "how many were kept": len(kept), "weights": kept[0] if kept else None}


# 07.2 Which kind is it?
KINDS = {"A": "cross", "B": "encoder", "C": "decoder", "rows of A": "output", "columns of A": "input"}


# 07.3 Is this map possible?
def map_cases(seed):
    q, k = random_tensors(seed, (1, 1, 5, 3), (1, 1, 5, 3))
    real, triangle = torch.tensor([True] * 4 + [False]), causal_mask(torch.arange(5))
    free, padded = attention_weights(q, k)[0, 0], attention_weights(q, k, real)[0, 0]
    causal, both = (attention_weights(q, k, mask)[0, 0] for mask in (triangle, triangle & real))
    everywhere = torch.ones(5, dtype=torch.bool)
    holes = torch.tensor([True, True, False, True, True])
    around, far = attention_weights(q, k, holes)[0, 0], torch.eye(5)
    far[0, [0, 3]] = 0.5
    return [
        (free, False, everywhere),
        (padded, False, real),
        (both, True, real),
        (free, False, real),
        (causal, True, real),
        (padded, True, real),
        (free.T, False, everywhere),
        (0.9 * causal, True, everywhere),
        (2 * free, True, real),
        (torch.eye(5), True, everywhere),
        (far, True, everywhere),  # one weight in the future, and that not of the next place
        (around, False, holes),
        (padded, False, holes),
    ]


def off(weights, axis=-1):
    return (weights.sum(dim=axis) - 1).abs().max()


def problems(weights, causal, real, off=off, future=lambda weights: weights.triu(1), hidden=None):
    """What is wrong with a map T S, as a set of words."""
    checks = {
        "sums": bool(off(weights) > 1e-4),
        "future": causal and bool(future(weights).any()),
        "padding": bool((weights[:, ~real] if hidden is None else hidden(weights, real)).any()),
    }
    return {name for name, wrong in checks.items() if wrong}


def checking(leave_out=None, **changes):
    """The check with one thing changed, or left out."""
    return lambda *case: problems(*case, **changes) - {leave_out}


# 07.4 Find the bug: a head that looks back
def head_cases(seed):
    length = number(seed, 4, 7)
    q, k = random_tensors(seed, (1, 1, length, 4), (1, 1, length, 4))
    mask = causal_mask(torch.arange(length))
    previous = torch.eye(length).roll(-1, dims=1).tril() + torch.eye(length) * (torch.arange(length) == 0)
    return [(attention_weights(q, k, mask)[0, 0],), (previous,), (mask / mask.sum(dim=1, keepdim=True),)]


def looks_back(weights, step=1, even=lambda t: 1 / (t + 1), first=1):
    """How much more weight than an even head each place puts on the one before, on average."""
    rows = range(first, len(weights))
    return sum(float(weights[t, t - step]) - even(t) for t in rows) / len(rows)


# 07.5 From a map to a score
MAP = torch.tensor([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])  # English over Portuguese
LINKS, GOLD = {(0, 0), (0, 2), (1, 1), (2, 3)}, {(0, 0), (1, 1), (1, 2), (2, 3)}


SHARES = {"precision": 3 / 4, "recall": 3 / 4, "AER": 1 - 2 * 3 / (4 + 4)}


# 07.6 Take a head away
ABLATION = {
    "row 1 without A": "book",
    "row 1 without A and B": "end",
    "row 2 without A": "is",
    "row 2 without C": "end",
    "most needed": "C",
    "a map shows": "where",
}

EXERCISES = [
    Exercise(
        id="07.1",
        title="Record without changing",
        points=3,
        truth=watching(),
        cases=recording_cases,
        run=run_recording,
        mistakes=[
            (
                "it returns the weights: the layer must get what it got before, weights times values",
                watching(give=lambda q, k, v, mask: attention_weights(q, k, mask)),
            ),
            (
                "it keeps the scores; weights come after the softmax",
                watching(keep=lambda q, k, v, mask: q @ k.mT / math.sqrt(q.shape[-1])),
            ),
            (
                "the scale is forgotten in what is kept",
                watching(keep=lambda q, k, v, mask: attention_weights(q * math.sqrt(q.shape[-1]), k, mask)),
            ),
            (
                "the mask is not used: padding gets weight, and the output changes",
                watching(
                    lambda q, k, v, mask: attention_weights(q, k), lambda q, k, v, mask: attention_weights(q, k) @ v
                ),
            ),
            (
                "the mask is not used in what is kept: padding seems to be looked at",
                watching(keep=lambda q, k, v, mask: attention_weights(q, k)),
            ),
            (
                "it keeps the mean of the heads; each head has a map of its own",
                watching(keep=lambda q, k, v, mask: attention_weights(q, k, mask).mean(dim=1)),
            ),
            (
                "it keeps the output, not the weights",
                watching(keep=lambda q, k, v, mask: attention_weights(q, k, mask) @ v),
            ),
            (
                "softmax over the wrong axis: the rows of a map sum to 1, not its columns",
                watching(keep=lambda q, k, v, mask: attention_weights(k, q).mT),
            ),
        ],
    ),
    Exercise(
        id="07.2",
        title="Which kind is it?",
        points=1,
        truth=lambda: KINDS,
        mistakes=[
            ("A has words of two languages: one sequence asks another", {"A": "encoder"}),
            ("A has words of two languages: one sequence asks another", {"A": "decoder"}),
            ("B has weight above the diagonal: no causal mask, so this is no decoder", {"B": "decoder"}),
            ("in B and C rows and columns are the same words: nobody asks another sequence", {"B": "cross"}),
            ("in B and C rows and columns are the same words: nobody asks another sequence", {"C": "cross"}),
            ("C is empty above the diagonal: that is the causal mask of the decoder", {"C": "encoder"}),
            ("a row asks: it is a token of the output", {"rows of A": "input"}),
            ("a column is asked: it is a token of the input", {"columns of A": "output"}),
        ],
    ),
    Exercise(
        id="07.3",
        title="Is this map possible?",
        points=2,
        truth=problems,
        cases=map_cases,
        mistakes=[
            (
                "it sums the columns; the weights of each row sum to 1",
                checking(off=lambda weights: off(weights, axis=0)),
            ),
            (
                "a sum may be too small, too: take the size of the difference",
                checking(off=lambda w: (w.sum(-1) - 1).max()),
            ),
            ("sums are rounded: allow for 0.0001", checking(off=lambda weights: 1.0 * bool(off(weights)))),
            ("each row must sum to 1, not the rows on average", checking(off=lambda w: (w.sum(-1).mean() - 1).abs())),
            ("the sums are not checked", checking(leave_out="sums")),
            ("the future is not checked", checking(leave_out="future")),
            ("the padding is not checked", checking(leave_out="padding")),
            (
                "it takes the past for the future: the future lies right of the diagonal",
                checking(future=lambda weights: weights.tril(-1)),
            ),
            (
                "it counts the diagonal as future; a token may look at itself",
                checking(future=lambda weights: weights.triu()),
            ),
            ("it looks for weight on the real columns: those may have it", checking(hidden=lambda w, real: w[:, real])),
            ("padding is a column that nobody may look at, not a row", checking(hidden=lambda w, real: w[~real])),
            (
                "the future is checked in every map, also where there is no causal mask",
                lambda weights, causal, real: problems(weights, True, real),
            ),
        ],
    ),
    Exercise(
        id="07.4",
        title="Find the bug: a head that looks back",
        points=2,
        truth=looks_back,
        cases=head_cases,
        mistakes=[
            (
                "it measures how much a token looks at itself, not at the one before",
                lambda weights: looks_back(weights, step=0),
            ),
            (
                "the even head is not subtracted: in a short sentence every head puts some weight there",
                lambda weights: looks_back(weights, even=lambda t: 0),
            ),
            (
                "an even head under a causal mask has t + 1 tokens at place t, not T",
                lambda weights: looks_back(weights, even=lambda t: 1 / len(weights)),
            ),
            (
                "an even head at place t has t + 1 tokens, itself included",
                lambda weights: looks_back(weights, even=lambda t: 1 / t),
            ),
            (
                "the first row counts here, though it has no token before it",
                lambda weights: looks_back(weights) * (len(weights) - 1) / len(weights),
            ),
            ("these are points; asked for is a share", lambda weights: 100 * looks_back(weights)),
            ("the first row counts here, and looks at the last column", lambda weights: looks_back(weights, first=0)),
            (
                "it looks at the next token, right of the diagonal: there a causal map is empty",
                lambda weights: looks_back(weights.T, even=lambda t: 1 / (t + 1)),
            ),
        ],
    ),
    Exercise(
        id="07.5",
        title="From a map to a score",
        points=2,
        truth=lambda: {"links": LINKS, **SHARES},
        tolerance=5e-3,
        mistakes=[
            (
                "the English word 2 is alone, and puts more than half of its weight on the Portuguese word 0",
                {"links": LINKS - {(0, 2)}},
            ),
            ("a link is (Portuguese, English): the two are exchanged", {"links": {(j, i) for i, j in LINKS}}),
            ("step 1 links each Portuguese word first; here are the links of step 2 only", {"links": {(0, 2)}}),
            (
                "every weight above 0.1 has become a link; step 2 wants more than a half",
                {"links": {(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 3)}},
            ),
            ("this is the share of right links, twice counted: the error is 1 minus it", {"AER": 0.75}),
            ("all common links are missing from the count: |A ∩ S| is 3", {"AER": 1.0}),
            *[("a share is asked for, not percent", {name: 100 * share}) for name, share in SHARES.items()],
            ("precision: 3 of the 4 found links are right", {"precision": 1.0}),
            ("recall: 3 of the 4 gold links were found", {"recall": 1.0}),
        ],
    ),
    Exercise(
        id="07.6",
        title="Take a head away",
        points=2,
        truth=lambda: ABLATION,
        mistakes=[
            ("B fetches what A fetched: book still has 3 points", {"row 1 without A": "end"}),
            ("with both gone, nothing speaks for book any more", {"row 1 without A and B": "book"}),
            ("in row 2 it is C that speaks for is, whether A is there or not", {"row 2 without A": "end"}),
            ("without C nothing speaks for is", {"row 2 without C": "is"}),
            ("A can be replaced by B, so its ablation alone changes no word", {"most needed": "A"}),
            ("B can be replaced by A, so its ablation alone changes no word", {"most needed": "B"}),
            (
                "a map shows from where something was fetched; whether it is needed, only an experiment can say",
                {"a map shows": "why"},
            ),
        ],
    ),
]
