"""Exercises of lesson 21: serving."""

from itertools import combinations

import torch

from course_lib.exercises.batch_in_pieces import BATCH_IN_PIECES
from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.common_beginnings import COMMON_BEGINNINGS
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


# 21.1 Steps
def queues(seed):
    lengths = torch.randint(1, 30, (11,), generator=dice(seed)).tolist()
    return [(lengths, 3), ([5, 1, 2, 2, number(seed, 7, 9)], 2), ([4, 4, 9], 5), ([*lengths, 3, 50], 4)]


def steps(lengths, rows):
    """Tokens of each answer, and how many rows there are -> steps with fixed batches and with continuous ones."""
    batches = [lengths[start : start + rows] for start in range(0, len(lengths), rows)]
    free_at = [0] * rows
    for length in lengths:
        free_at[free_at.index(min(free_at))] += length
    return {"fixed": sum(max(batch) for batch in batches), "continuous": max(free_at)}


# 21.4 Pages: 16 positions each; a system message of 100 tokens, 8 users with 20 tokens, answers of 30 at most
def pages():
    of_one, shared = -(-(100 + 20 + 30) // 16), 100 // 16
    return {
        "of one": of_one,
        "shared": shared,
        "of eight": shared + 8 * (of_one - shared),
        "tokens read": 8 * 120 - 7 * shared * 16,
        "texts in 128": (128 - shared) // (of_one - shared),
    }


# 21.5 A draft's worth
def drafts(seed):
    p, q = (logits.softmax(dim=-1) for logits in random_tensors(seed, (7,), (7,)))
    paper = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.1, 0.2, 0.7])
    return [(*paper, 4, 0.5), (p, q, number(seed, 2, 6), 0.1), (q, p, 1, 0.0)]


def worth(p, q, k, c):
    """Two distributions, the number of guesses and the time of one -> rest, kept, tokens, gain."""
    alpha = float(torch.minimum(p, q).sum())
    rest = (p - q).clamp_min(0)
    tokens = sum(alpha**i for i in range(k + 1))
    return {"rest": rest / rest.sum(), "kept": alpha, "tokens": tokens, "gain": tokens / (1 + k * c)}


# 21.6 What is wrong here?
def weights(seed):
    first, second = random_tensors(seed, (3, 64), (5, 24))
    return [(first, 4, 32), (second * 10, 3, 8), (first + 2, 2, 16)]


def rounded(weight, bits, group):
    """Rows of weights -> what comes back of them."""
    groups = weight.unflatten(-1, (-1, group))
    lowest, highest = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    scale = (highest - lowest) / (2**bits - 1)
    return (lowest + scale * ((groups - lowest) / scale).round()).flatten(-2)


OF_EACH_GROUP = "groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)"
FAULTS = {
    "between 16 numbers there are 15 steps": "(2**bits - 1) → 2**bits",
    "each group has a lowest value of its own, not the whole matrix": f"{OF_EACH_GROUP} → weight.amin(), weight.amax()",
    "round to the nearest, not down": ".round() → .floor()",
}

EXERCISES = [
    Exercise(
        id="21.1",
        title="Steps",
        points=3,
        truth=steps,
        cases=queues,
        mistakes=[
            *[
                ("a batch lasts as long as its longest answer", Edit(f"sum(max(batch) → sum({other}"))
                for other in ("min(batch)", "-(-sum(batch) // len(batch))")
            ],
            (
                "rows work at the same time: not all answers are added up",
                Edit("sum(max(batch) for batch in batches) → sum(lengths)"),
            ),
            ("requests are served in the order in which they come", Edit("[lengths[start → [sorted(lengths)[start")),
            (
                "this would be without an empty row; at the end the last answers run on alone",
                Edit("max(free_at)} → -(-sum(lengths) // rows)}"),
            ),
            (
                "a free row takes the next request at once, not when all rows are free",
                Edit("max(free_at)} → sum(max(batch) for batch in batches)}"),
            ),
            (
                "the last batch may be shorter, and takes its time, too",
                Edit("range(0, len(lengths), rows) → range(0, len(lengths) - rows + 1, rows)"),
            ),
            ("in a step each row writes a token: nothing is multiplied by the rows", Edit("sum(max → rows * sum(max")),
            (
                "each batch has a longest answer of its own",
                Edit("sum(max(batch) for batch in batches) → len(batches) * max(lengths)"),
            ),
            (
                "the two are exchanged",
                Edit('"fixed": sum → "continuous": sum', '"continuous": max(free_at) → "fixed": max(free_at)'),
            ),
            ("the line begins with the first request", Edit("[lengths[start → [lengths[::-1][start")),
            ("the line begins with the first request", Edit("in lengths: → in lengths[::-1]:")),
            (
                "requests are served in the order in which they come",
                Edit("[lengths[start → [sorted(lengths)[::-1][start"),
            ),
            (
                "a batch lasts as long as its longest answer, not as its mean",
                Edit("sum(max(batch) → sum(sum(batch) / len(batch)"),
            ),
            ("rows work at the same time: not all answers are added up", Edit("max(free_at)} → sum(free_at)}")),
            (
                "requests are not dealt out in turns: who is free first takes the next one",
                Edit(
                    "length in lengths: → turn, length in enumerate(lengths):",
                    "free_at.index(min(free_at)) → turn % rows",
                ),
            ),
            (
                "a free row takes the one that has waited for longest, not the longest",
                Edit("in lengths: → in sorted(lengths)[::-1]:"),
            ),
            (
                "a row that is free goes on in the next step: none is lost between",
                Edit("+= length → += length + 1", "max(free_at)} → max(free_at) - 1}"),
            ),
            ("all is done when the last row is free", Edit("max(free_at)} → min(free_at)}")),
            (
                "a free row takes the one that has waited for longest, not the shortest",
                Edit("in lengths: → in sorted(lengths):"),
            ),
        ],
    ),
    BATCH_IN_PIECES,
    COMMON_BEGINNINGS,
    Exercise(
        id="21.4",
        title="Pages",
        points=2,
        truth=pages,
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
            ("each of the other seven saves the six shared pages: 80 − 7 · 6", {"of eight": 74}),
        ],
    ),
    Exercise(
        id="21.5",
        title="A draft's worth",
        points=3,
        truth=worth,
        cases=drafts,
        mistakes=[
            (
                "this is how often two draws agree; a guess is kept more often",
                Edit("torch.minimum(p, q).sum() → (p * q).sum()"),
            ),
            (
                "the draft draws some words more often than others: weigh with q",
                Edit("torch.minimum(p, q).sum() → (p / q).clamp_max(1).mean()"),
            ),
            ("what is missing is what p has over q", Edit("(p - q) → (q - p)")),
            ("what q has over p is not missing: only the positive part", Edit("clamp_min(0) → abs()")),
            ("divide by the sum; no softmax", Edit("(p - q).clamp_min(0) → (p - q).exp()")),
            ("a distribution has the sum 1, not the maximum 1", Edit("rest.sum() → rest.max()")),
            ("what is kept of a word is the smaller of p and q", Edit("torch.minimum → torch.maximum")),
            (
                "guesses are drawn from q, not from p",
                Edit("torch.minimum(p, q).sum() → (p * (p / q).clamp_max(1)).sum()"),
            ),
            ("this is how often a guess is rejected", Edit("float(torch → 1 - float(torch")),
            (
                "how often, not whether both have the same favourite",
                Edit("torch.minimum(p, q).sum() → p.argmax() == q.argmax()"),
            ),
            ("add up over the words; this is their mean", Edit("minimum(p, q).sum() → minimum(p, q).mean()")),
            ("if all k guesses are kept, there are k + 1 tokens", Edit("range(k + 1) → range(k)")),
            (
                "a guess counts only if all before it were kept",
                Edit("sum(alpha**i for i in range(k + 1)) → k * alpha"),
            ),
            ("not all guesses are kept", Edit("sum(alpha**i for i in range(k + 1)) → k + 1")),
            (
                "between all and none there is more: add up all powers",
                Edit("sum(alpha**i for i in range(k + 1)) → 1 + alpha**k"),
            ),
            ("the model's own step costs 1; only the k guesses cost c", Edit("(1 + k * c) → (1 + (k + 1) * c)")),
            ("a step for k + 1 tokens takes no longer than one for one", Edit("(1 + k * c) → (k + 1)")),
            ("guesses take time, too", Edit(" / (1 + k * c) → ")),
            ("how many times as fast, not how much faster", Edit("(1 + k * c) → (1 + k * c) - 1")),
            ("a distribution has the sum 1", Edit(" / rest.sum() → ")),
            (
                "after a rejection it is not p: what was kept counts, too",
                Edit("rest = (p - q).clamp_min(0) → rest = p"),
            ),
            (
                "a guess counts only if all before it were kept",
                Edit("sum(alpha**i for i in range(k + 1)) → 1 + k * alpha"),
            ),
            ("behind the last kept guess comes a token of the model's own", Edit("range(k + 1) → range(1, k + 1)")),
            ("the model's own step costs 1", Edit("(1 + k * c) → (k * c or 1.0)")),
            ("each of the k guesses costs c", Edit("(1 + k * c) → (1 + c)")),
        ],
    ),
    Exercise(
        id="21.6",
        title="What is wrong here?",
        points=2,
        truth=rounded,
        cases=weights,
        axes="row column",
        mistakes=[
            *[
                ("; ".join(faults), Edit(*map(FAULTS.get, faults)))
                for count in (1, 2, 3)
                for faults in combinations(FAULTS, count)
            ],
            ("with 4 bits there are 16 numbers, not 8", Edit("2**bits → 2 ** (bits - 1)")),
            ("so many bits make 2^bits numbers", Edit("(2**bits - 1) → bits")),
            ("the number of steps depends on `bits`", Edit("(2**bits - 1) → 15")),
            ("lowest and highest belong to the same group", Edit("groups.amin(-1, keepdim=True) → groups.amin()")),
            ("round to the nearest, not up", Edit(".round() → .ceil()")),
            ("the lowest value must be added again", Edit("(lowest + scale → (scale")),
            (
                "this is the right way only for groups around zero",
                Edit(
                    "lowest, highest = groups.amin(-1, keepdim=True), groups → lowest, highest = 0, groups.abs()",
                    "2**bits → 2 ** (bits - 1)",
                ),
            ),
            (
                "each group has a lowest value of its own, not each row",
                Edit("weight.unflatten(-1, (-1, group)) → weight[:, None]"),
            ),
            (
                "the lowest weight is kept as 0: nothing may be cut off below it",
                Edit("groups.amin(-1, keepdim=True) → 0 * groups[..., :1]"),
            ),
            (
                "the steps go from the lowest to the largest weight, not from zero",
                Edit("groups.amin(-1, keepdim=True), groups → -groups.abs().amax(-1, keepdim=True), groups.abs()"),
            ),
        ],
    ),
]
