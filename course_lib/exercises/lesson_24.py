"""Exercises of lesson 24: CLIP."""

import math

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.two_towers import (
    FIT_MISTAKES,
    HALF,
    LENGTH,
    ONE_WAY,
    OTHER_WAY,
    TIMES,
    both_ways,
    by_column,
    by_row,
    fit,
    fit_and_look,
    pair_cases,
    unit,
)

# 24.1 Two by two: vectors that are not of length one yet
IMAGES, TEXTS = torch.tensor([[2.0, 0], [3, 4]]), torch.tensor([[4.0, 3], [6, 8]])


def yes_or_no(logits):
    return F.softplus(torch.where(torch.eye(len(logits)) == 1, -logits, logits)).sum(dim=1)


def paper(vectors=unit, weigh=lambda scale: scale, loss=both_ways, ask=yes_or_no, bias=-8, mean=torch.mean):
    table = vectors(IMAGES) @ vectors(TEXTS).T
    found = {"table": table} | {f"caption 1, scale {s}": by_column(weigh(s) * table)[0] for s in (1, 10)}
    found |= {f"loss, scale {s}": mean(loss(weigh(s) * table)) for s in (1, 10)}
    return found | {"sigmoid": mean(ask(10 * table + bias))}


def wrong_paper(*names, **changes):
    found = paper(**changes)
    return {name: found[name] for name in names}


# 24.2 The starting line
START = {"16": math.log(16), "128": math.log(128), "alike": math.log(64), "half": math.log(32)}
START |= {"four times": math.log(4), "four times, same": 0.0}
START |= {"sigmoid": math.log(1 + math.exp(3)) + 15 * math.log(1 + math.exp(-3))}


# 24.3 A colleague's loss
def loss_cases(seed):
    cases = []
    for B, J, distinct, scale in ((5, 3, 3, 4.0), (7, 4, 7, 9.0), (6, 2, 2, 2.5)):
        images, texts = random_tensors(seed + B, (B, J), (distinct, J))
        kind = torch.arange(B) % distinct
        cases.append((scattered(unit(images)), unit(texts)[kind], scale, kind == kind.unsqueeze(1)))
    return cases


def other(same):
    return same & ~torch.eye(len(same), dtype=torch.bool)


def batch_loss(images, texts, scale, same, which=other, value=-torch.inf, loss=both_ways, total=torch.mean):
    logits = (scale * images @ texts.T).masked_fill(which(same), value)
    return total(loss(logits))


def loss_with(**changed):
    return lambda *case: batch_loss(*case, **changed)


# 24.4 What a caption is worth
def caption_cases(seed):
    cases = []
    for N, C, K, J in ((23, 5, 4, 3), (29, 3, 2, 4), (31, 7, 3, 6)):
        images, captions, sizes = random_tensors(seed + N, (N, J), (C, K, J), (C, K, 1))
        labels, counts = (torch.randint(n, (N,), generator=dice(seed + n)) for n in (C, 4))
        counts[:4] = torch.arange(4)
        cases.append((unit(images), scattered(captions * (2 * sizes).exp()), labels, counts + 1))
    return cases


def mean_class(images, captions, before=unit, after=unit, pick=lambda table: table.argmax(dim=1)):
    return pick(images @ after(before(captions).mean(dim=1)).T)


def nearest_class(images, captions, before=unit, gather=lambda table: table.amax(dim=2)):
    return gather(torch.einsum("nj,ckj->nck", images, before(captions))).argmax(dim=1)


def shares(found, labels, counts, times=100, of=None):
    right = torch.as_tensor(found) == labels
    return [times * (right & (counts == n)).sum() / (of or (counts == n).sum()) for n in (1, 2, 3, 4)]


def run_classes(functions, images, captions, labels, counts):
    by_mean, by_nearest, measure = functions
    guess = labels.where(counts % 2 == 1, labels.roll(1))
    found = {"mean": by_mean(images, captions), "nearest": by_nearest(images, captions)}
    return found | {"measure": measure(guess, labels, counts)}


def averaging(**changed):
    return lambda *case: mean_class(*case, **changed), nearest_class, shares


def comparing(**changed):
    return mean_class, lambda *case: nearest_class(*case, **changed), shares


def measuring(measure):
    return mean_class, nearest_class, measure


# 24.5 Which side, which colour: the shipped model's cosines of five pictures and seven captions
TABLE = torch.tensor(
    [
        [0.57, 0.55, 0.23, 0.25, 0.22, 0.06, 0.34],
        [0.52, 0.53, 0.25, 0.28, 0.20, -0.19, 0.14],
        [0.29, 0.30, 0.56, 0.54, -0.05, -0.12, -0.35],
        [0.33, 0.35, 0.52, 0.51, -0.02, -0.32, -0.08],
        [0.05, 0.01, -0.30, -0.30, 0.53, 0.09, 0.32],
    ]
)
CAPTIONS, PICTURES = (TABLE[:, :5].argmax(dim=dim) + 1 for dim in (1, 0))
READ = {"captions": CAPTIONS, "pictures": PICTURES}
READ |= {f"{name} found": 20 * (READ[name] == torch.arange(1, 6)).sum() for name in ("captions", "pictures")}
READ |= {"garment": "hat"}


WHOLE = "the mean of four losses: two rows and two columns"

EXERCISES = [
    Exercise(
        id="24.1",
        title="Two by two",
        points=3,
        truth=paper,
        tolerance=1e-3,
        mistakes=[
            (LENGTH, wrong_paper("table", vectors=lambda x: x)),
            ("rows are pictures, columns captions", {"table": paper()["table"].T}),
            *[(TIMES, wrong_paper(name, weigh=lambda s: 1 / s)) for name in ("caption 1, scale 10", "loss, scale 10")],
            ("this is picture 1: along the column was meant", {"caption 1, scale 1": by_row(paper()["table"])[0]}),
            ("this is the loss for scale 1", {"caption 1, scale 10": paper()["caption 1, scale 1"]}),
            *[(ONE_WAY, wrong_paper(f"loss, scale {s}", loss=by_row)) for s in (1, 10)],
            *[(OTHER_WAY, wrong_paper(f"loss, scale {s}", loss=by_column)) for s in (1, 10)],
            *[(WHOLE, wrong_paper(f"loss, scale {s}", mean=torch.sum)) for s in (1, 10)],
            *[(WHOLE, wrong_paper(f"loss, scale {s}", mean=lambda x: 2 * x.sum())) for s in (1, 10)],
            ("the bias is forgotten", wrong_paper("sigmoid", bias=0)),
            ("the bias is below zero", wrong_paper("sigmoid", bias=8)),
            ("yes is for the diagonal: the sign is turned", wrong_paper("sigmoid", ask=lambda x: yes_or_no(-x))),
            ("no is −log σ(−z): the sign is turned", wrong_paper("sigmoid", ask=lambda x: F.softplus(-x).sum(1))),
            ("each cell counts, not only the pairs", wrong_paper("sigmoid", ask=lambda x: F.softplus(-x.diagonal()))),
            ("per pair: divide by two, not by four cells", {"sigmoid": paper()["sigmoid"] / 2}),
        ],
    ),
    Exercise(
        id="24.2",
        title="The starting line",
        points=2,
        truth=lambda: START,
        tolerance=5e-3,
        mistakes=[
            *[("a nat is counted with ln, not with log₂", {str(n): math.log2(n)}) for n in (16, 128)],
            ("both ways: the mean, not the sum", {"16": 2 * math.log(16)}),
            ("what is the same in all places does not change a softmax", {"alike": 0.0}),
            ("32 of 64 are left", {"half": math.log(64) / 2}),
            ("half of them are ruled out, not all", {"half": 0.0}),
            ("four equal captions share the trust: a quarter each", {"four times": 0.0}),
            ("the other three are wrong answers: a quarter is left for its own", {"four times": math.log(3)}),
            ("with `same`, the other three are no wrong answers any more", {"four times, same": math.log(4)}),
            ("the bias is forgotten", {"sigmoid": 16 * math.log(2)}),
            ("the bias is −3: a no is cheap, a yes is dear", {"sigmoid": START["sigmoid"] + 14 * 3}),
            ("only the own cell; the 15 others of the row count, too", {"sigmoid": math.log1p(math.exp(3))}),
            ("the sum over the row, not its mean", {"sigmoid": START["sigmoid"] / 16}),
            ("there is no softmax here: each cell is a question of its own", {"sigmoid": math.log(16)}),
        ],
    ),
    Exercise(
        id="24.3",
        title="Find the bug: a colleague's loss",
        points=3,
        truth=batch_loss,
        cases=loss_cases,
        mistakes=[
            ("both faults are still there", loss_with(value=0.0, loss=by_row)),
            ("the softmax runs along the rows both times", loss_with(loss=by_row)),
            ("the softmax runs along the columns both times", loss_with(loss=by_column)),
            ("a logit of 0 is no ban: e⁰ = 1 is still in the sum", loss_with(value=0.0)),
            ("duplicates are still held to be wrong", loss_with(which=torch.zeros_like)),
            ("the pair itself is taken out, too", loss_with(which=lambda same: same)),
            ("one softmax over the whole table", loss_with(loss=lambda x: x.logsumexp((0, 1)) - x.diagonal())),
            ("the mean of the pairs, not their sum", loss_with(total=torch.sum)),
            (HALF, loss_with(loss=lambda x: 2 * both_ways(x))),
            (TIMES, lambda images, texts, scale, same: batch_loss(images, texts, 1 / scale, same)),
            ("the scale is forgotten", lambda images, texts, scale, same: batch_loss(images, texts, 1, same)),
        ],
    ),
    Exercise(
        id="24.4",
        title="What a caption is worth",
        points=3,
        truth=(mean_class, nearest_class, shares),
        cases=caption_cases,
        run=run_classes,
        mistakes=[
            ("mean: averaged before each caption has length one", averaging(before=lambda x: x)),
            ("mean: a mean is shorter than its parts; scale it to length one again", averaging(after=lambda x: x)),
            ("mean: no vector was scaled to length one", averaging(before=lambda x: x, after=lambda x: x)),
            ("mean: the best picture of each class; turn it round", averaging(pick=lambda x: x.argmax(dim=0))),
            ("mean: this is the nearest caption's class", (nearest_class, nearest_class, shares)),
            ("nearest: the captions have to be scaled to length one first", comparing(before=lambda x: x)),
            ("nearest: this is the mean's class", (mean_class, mean_class, shares)),
            ("nearest: this is the caption's number, not the class", comparing(gather=lambda x: x.amax(dim=1))),
            ("nearest: of each class, the worst caption counts", comparing(gather=lambda x: x.amin(dim=2))),
            ("nearest: a sum over captions; only the nearest counts", comparing(gather=lambda x: x.sum(dim=2))),
            ("measure: in percent", measuring(lambda *case: shares(*case, times=1))),
            ("measure: of the pictures with this number", measuring(lambda *case: shares(*case, of=len(case[0])))),
        ],
    ),
    Exercise(
        id="24.5",
        title="Which side, which colour?",
        points=2,
        truth=lambda: READ,
        mistakes=[
            ("along the rows: each picture looks for its caption", {"captions": PICTURES}),
            ("the diagonal is what should be; look for the largest", {"captions": range(1, 6)}),
            ("along the columns: each caption looks for its picture", {"pictures": CAPTIONS}),
            ("the diagonal is what should be; look for the largest", {"pictures": range(1, 6)}),
            ("one of five is wrong", {"captions found": 100}),
            ("this is the other way round: how many captions find their picture", {"captions found": 60}),
            ("two of five are wrong", {"pictures found": 100}),
            ("this is the other way round: how many pictures find their caption", {"pictures found": 80}),
            ("caption 7 is nearer, and says black; look at her clothes", {"garment": "trousers"}),
        ],
    ),
    Exercise(
        id="24.6",
        title="Two towers in a second",
        points=3,
        truth=fit,
        cases=pair_cases,
        run=fit_and_look,
        tolerance=1e-3,
        mistakes=FIT_MISTAKES,
    ),
]
