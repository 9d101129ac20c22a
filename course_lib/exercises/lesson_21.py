"""Exercises of lesson 21: serving."""

import math
from itertools import combinations
from statistics import mean

import torch

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise


# 21.1 Steps
def queues(seed):
    lengths = torch.randint(1, 30, (11,), generator=dice(seed)).tolist()
    return [(lengths, 3), ([5, 1, 2, 2, number(seed, 7, 9)], 2), ([4, 4, 9], 5), ([*lengths, 3, 50], 4)]


def fixed(lengths, rows, longest=max):
    return sum(longest(lengths[i : i + rows]) for i in range(0, len(lengths), rows))


def continuous(lengths, rows, longest=max):
    ends = [0] * rows
    for length in lengths:
        free = ends.index(min(ends))
        ends[free] += length
    return longest(ends)


def full_batches(lengths, rows):
    return sum(max(lengths[i : i + rows]) for i in range(0, len(lengths) - rows + 1, rows))


def steps(fixed=fixed, continuous=continuous):
    """The right answer, with one thing changed."""
    return lambda lengths, rows: {"fixed": fixed(lengths, rows), "continuous": continuous(lengths, rows)}


# 21.2 Pages: 16 positions each; a system message of 100 tokens, 8 users with 20 tokens, answers of 30 at most
PAGES = {"of one": 10, "shared": 6, "of eight": 38, "tokens read": 288, "texts in 128": 30}


# 21.3 A draft's worth
def drafts(seed):
    p, q = (logits.softmax(dim=-1) for logits in random_tensors(seed, (7,), (7,)))
    paper = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.1, 0.2, 0.7])
    return [(*paper, 4, 0.5), (p, q, number(seed, 2, 6), 0.1), (q, p, 1, 0.0)]


def worth(
    share=lambda p, q: torch.minimum(p, q).sum(),
    missing=lambda p, q: (p - q).clamp_min(0),
    normal=lambda rest: rest / rest.sum(),
    count=lambda a, k: (1 - a ** (k + 1)) / (1 - a),
    cost=lambda k, c: 1 + k * c,
):
    """The right answer, with one thing changed."""

    def answer(p, q, k, c):
        alpha = float(share(p, q))
        tokens = count(alpha, k)
        return {"rest": normal(missing(p, q)), "kept": alpha, "tokens": tokens, "gain": tokens / cost(k, c)}

    return answer


def faster(right):
    return right | {"gain": right["gain"] - 1}


# 21.4 What is wrong here?
def weights(seed):
    first, second = random_tensors(seed, (3, 64), (5, 24))
    return [(first, 4, 32), (second * 10, 3, 8), (first + 2, 2, 16)]


def rounded(
    steps=lambda bits: 2**bits - 1,
    low=lambda groups: groups.amin(-1, keepdim=True),
    high=lambda groups: groups.amax(-1, keepdim=True),
    whole=torch.round,
    cut=lambda weight, group: weight.unflatten(-1, (-1, group)),
):
    """The right answer, with one thing changed."""

    def answer(weight, bits, group):
        groups = cut(weight, group)
        lowest = low(groups)
        scale = (high(groups) - lowest) / steps(bits)
        return (lowest + scale * whole((groups - lowest) / scale)).flatten(1)

    return answer


FAULTS = {
    "between 16 numbers there are 15 steps": {"steps": lambda bits: 2**bits},
    "each group has a lowest value of its own, not the whole matrix": {"low": torch.amin, "high": torch.amax},
    "round to the nearest, not down": {"whole": torch.floor},
}


def lowest_of(weight, bits, group):
    groups = weight.unflatten(-1, (-1, group))
    return groups.amin(-1, keepdim=True).expand_as(groups).flatten(1)


def around_zero(weight, bits, group):
    groups = weight.unflatten(-1, (-1, group))
    scale = groups.abs().amax(-1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (scale * torch.round(groups / scale)).flatten(1)


EXERCISES = [
    Exercise(
        id="21.1",
        title="Steps",
        points=3,
        truth=steps(),
        cases=queues,
        mistakes=[
            ("a batch lasts as long as its longest answer", steps(fixed=lambda n, r: fixed(n, r, longest=min))),
            ("rows work at the same time: not all answers are added up", steps(fixed=lambda n, r: sum(n))),
            ("requests are served in the order in which they come", steps(fixed=lambda n, r: fixed(sorted(n), r))),
            (
                "this would be without an empty row; at the end the last answers run on alone",
                steps(continuous=lambda n, r: math.ceil(sum(n) / r)),
            ),
            ("a free row takes the next request at once, not when all rows are free", steps(continuous=fixed)),
            ("the last batch may be shorter, and takes its time, too", steps(fixed=full_batches)),
            (
                "in a step each row writes a token: nothing is multiplied by the rows",
                steps(lambda n, r: r * fixed(n, r)),
            ),
            ("each batch has a longest answer of its own", steps(lambda n, r: math.ceil(len(n) / r) * max(n))),
            ("the two are exchanged", steps(continuous, fixed)),
            ("the line begins with the first request", steps(lambda n, r: fixed(n[::-1], r))),
            ("the line begins with the first request", steps(continuous=lambda n, r: continuous(n[::-1], r))),
            ("requests are served in the order in which they come", steps(lambda n, r: fixed(sorted(n)[::-1], r))),
            ("a batch lasts as long as its longest answer, not as its mean", steps(lambda n, r: fixed(n, r, mean))),
            (
                "rows work at the same time: not all answers are added up",
                steps(continuous=lambda n, r: sum(n)),
            ),
            (
                "requests are not dealt out in turns: who is free first takes the next one",
                steps(continuous=lambda n, r: max(sum(n[row::r]) for row in range(r))),
            ),
            (
                "a free row takes the one that has waited for longest, not the longest",
                steps(continuous=lambda n, r: continuous(sorted(n)[::-1], r)),
            ),
            (
                "a row that is free goes on in the next step: none is lost between",
                steps(continuous=lambda n, r: continuous([length + 1 for length in n], r) - 1),
            ),
            ("all is done when the last row is free", steps(continuous=lambda n, r: continuous(n, r, longest=min))),
            (
                "a free row takes the one that has waited for longest, not the shortest",
                steps(continuous=lambda n, r: continuous(sorted(n), r)),
            ),
        ],
    ),
    Exercise(
        id="21.2",
        title="Pages",
        points=2,
        truth=lambda: PAGES,
        mistakes=[
            ("there are no parts of pages: round up", {"of one": 9}),
            ("there are no parts of pages: round up", {"of one": 9.375}),
            ("the answer needs pages, too", {"of one": 8}),
            ("the system message needs pages, too", {"of one": 4}),
            ("only full pages are shared: round down", {"shared": 6.25}),
            ("asked for are pages, not tokens", {"shared": 100}),
            ("each has 10 − 6 = 4 pages for itself", {"of eight": 30}),
            ("a prompt is read; an answer is written", {"tokens read": 528}),
            ("the shared pages are there once, however many texts there are", {"texts in 128": 26}),
            ("there are no parts of texts: round down", {"texts in 128": 30.5}),
            ("only full pages are shared: round down", {"shared": 7}),
            ("the pages of the system message are there once for all", {"of eight": 80}),
            ("the shared pages are needed, too, once", {"of eight": 32}),
            ("without pages in common", {"tokens read": 960}),
            ("the first of them reads everything", {"tokens read": 192}),
            ("the message's last 4 tokens are in no full page: each reads them again", {"tokens read": 260}),
            ("each further text needs only its own pages", {"texts in 128": 12}),
            ("six of the pages are taken by what they share", {"texts in 128": 32}),
        ],
    ),
    Exercise(
        id="21.3",
        title="A draft's worth",
        points=3,
        truth=worth(),
        cases=drafts,
        mistakes=[
            ("this is how often two draws agree; a guess is kept more often", worth(share=lambda p, q: (p * q).sum())),
            (
                "the draft draws some words more often than others: weigh with q",
                worth(share=lambda p, q: (p / q).clamp_max(1).mean()),
            ),
            ("what is missing is what p has over q", worth(missing=lambda p, q: (q - p).clamp_min(0))),
            ("what q has over p is not missing: only the positive part", worth(missing=lambda p, q: (p - q).abs())),
            ("divide by the sum; no softmax", worth(missing=lambda p, q: (p - q).exp())),
            ("a distribution has the sum 1, not the maximum 1", worth(normal=lambda rest: rest / rest.max())),
            ("what is kept of a word is the smaller of p and q", worth(share=lambda p, q: torch.maximum(p, q).sum())),
            (
                "guesses are drawn from q, not from p",
                worth(share=lambda p, q: (p * (p / q).clamp_max(1)).sum()),
            ),
            ("this is how often a guess is rejected", worth(share=lambda p, q: 1 - torch.minimum(p, q).sum())),
            ("how often, not whether both have the same favourite", worth(share=lambda p, q: p.argmax() == q.argmax())),
            ("add up over the words; this is their mean", worth(share=lambda p, q: torch.minimum(p, q).mean())),
            ("if all k guesses are kept, there are k + 1 tokens", worth(count=lambda a, k: (1 - a**k) / (1 - a))),
            ("a guess counts only if all before it were kept", worth(count=lambda a, k: k * a)),
            ("not all guesses are kept", worth(count=lambda a, k: k + 1)),
            ("between all and none there is more: add up all powers", worth(count=lambda a, k: 1 + a**k)),
            ("the model's own step costs 1; only the k guesses cost c", worth(cost=lambda k, c: 1 + (k + 1) * c)),
            ("a step for k + 1 tokens takes no longer than one for one", worth(cost=lambda k, c: k + 1)),
            ("guesses take time, too", worth(cost=lambda k, c: 1.0)),
            ("how many times as fast, not how much faster", lambda *case: faster(worth()(*case))),
            ("a distribution has the sum 1", worth(normal=lambda rest: rest)),
            ("after a rejection it is not p: what was kept counts, too", worth(missing=lambda p, q: p)),
            ("a guess counts only if all before it were kept", worth(count=lambda a, k: 1 + k * a)),
            (
                "behind the last kept guess comes a token of the model's own",
                worth(count=lambda a, k: a * (1 - a**k) / (1 - a)),
            ),
            ("the model's own step costs 1", worth(cost=lambda k, c: k * c or 1.0)),
            ("each of the k guesses costs c", worth(cost=lambda k, c: 1 + c)),
        ],
    ),
    Exercise(
        id="21.4",
        title="What is wrong here?",
        points=2,
        truth=rounded(),
        cases=weights,
        axes="row column",
        mistakes=[
            *[
                ("; ".join(faults), rounded(**{name: part for fault in faults for name, part in FAULTS[fault].items()}))
                for count in (1, 2, 3)
                for faults in combinations(FAULTS, count)
            ],
            ("with 4 bits there are 16 numbers, not 8", rounded(steps=lambda bits: 2 ** (bits - 1) - 1)),
            ("so many bits make 2^bits numbers", rounded(steps=lambda bits: bits)),
            ("the number of steps depends on `bits`", rounded(steps=lambda bits: 15)),
            ("lowest and highest belong to the same group", rounded(low=lambda groups: groups.amin())),
            ("round to the nearest, not up", rounded(whole=torch.ceil)),
            ("the lowest value must be added again", lambda *case: rounded()(*case) - lowest_of(*case)),
            ("this is the right way only for groups around zero", around_zero),
            (
                "each group has a lowest value of its own, not each row",
                rounded(cut=lambda weight, group: weight[:, None]),
            ),
            ("the lowest weight is kept as 0: nothing may be cut off below it", rounded(low=lambda g: 0 * g[..., :1])),
            (
                "the steps go from the lowest to the largest weight, not from zero",
                rounded(low=lambda g: -g.abs().amax(-1, keepdim=True), high=lambda g: g.abs().amax(-1, keepdim=True)),
            ),
        ],
    ),
]
