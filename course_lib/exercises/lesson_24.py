"""Exercises of lesson 24: CLIP."""

import math

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, random_tensors, scattered
from course_lib.exercises.duplicates import DUPLICATES
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.two_towers import LENGTH, ONE_WAY, OTHER_WAY, TIMES, TWO_TOWERS, unit
from course_lib.exercises.values import ANY_OTHER


# 24.1 Two by two: vectors that are not of length one yet
def paper():
    images, texts = torch.tensor([[2.0, 0], [3, 4]]), torch.tensor([[4.0, 3], [6, 8]])
    table = F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T
    rows, columns = (
        {scale: -(scale * table).log_softmax(dim=dim).diagonal() for scale in (1, 10)}  # of pictures, of captions
        for dim in (1, 0)
    )
    found = {"table": table} | {f"caption 1, scale {s}": columns[s][0] for s in (1, 10)}
    found |= {f"loss, scale {s}": ((rows[s] + columns[s]) / 2).mean() for s in (1, 10)}
    signs = 2 * torch.eye(2) - 1
    return found | {"sigmoid": -F.logsigmoid(signs * (10 * table - 8)).sum(dim=1).mean()}


def wrong_paper(change, *names):
    """What a change of the solution makes of some of its parts."""
    found = Edit(change).of(paper)()
    return {name: found[name] for name in names}


# 24.2 The starting line


def start():
    return {
        "16": math.log(16),
        "128": math.log(128),
        "alike": math.log(64),
        "half": math.log(32),
        "four times": math.log(4),
        "four times, same": 0,
        "sigmoid": math.log(1 + math.exp(3)) + 15 * math.log(1 + math.exp(-3)),
    }


# 24.4 What a caption is worth
def caption_cases(seed):
    cases = []
    for N, C, K, J in ((23, 5, 4, 3), (29, 3, 2, 4), (31, 11, 9, 6)):
        images, captions, sizes = random_tensors(seed + N, (N, J), (C, K, J), (C, K, 1))
        labels, counts = (torch.randint(n, (N,), generator=dice(seed + n)) for n in (C, 4))
        counts[:4] = torch.arange(4)
        cases.append((unit(images), scattered(captions * (2 * sizes).exp()), labels, counts + 1))
    return cases


def run_classes(functions, images, captions, labels, counts):
    mean, nearest, shares = functions
    places = torch.arange(len(labels))
    guess = labels.where(places % (counts + 1) > 0, labels + 1 - 2 * (places % 2))  # another share for each count
    found = {"mean": mean(images, captions), "nearest": nearest(images, captions)}
    return found | {"measure": shares(guess, labels, counts)}


def by_mean(images, captions):
    """N J, C K J -> N."""
    classes = F.normalize(F.normalize(captions, dim=-1).mean(dim=1), dim=-1)
    return (images @ classes.T).argmax(dim=1)


def by_nearest(images, captions):
    """N J, C K J -> N."""
    table = torch.einsum("nj,ckj->nck", images, F.normalize(captions, dim=-1))
    return table.amax(dim=2).argmax(dim=1)


def measure(found, labels, counts):
    """N, N, N -> four shares in percent."""
    right = torch.as_tensor(found) == labels
    return [100 * right[counts == n].float().mean() for n in (1, 2, 3, 4)]


# 24.5 Which side, which colour: the shipped model's cosines of five pictures and seven captions


LOSSES = "loss, scale 1", "loss, scale 10"
WHOLE = "the mean of four losses: two rows and two columns"


def read():
    return {
        "captions": [1, 2, 3, 3, 5],
        "pictures": [1, 1, 3, 3, 5],
        "captions found": 80,
        "pictures found": 60,
        "garment": "hat",
    }


EXERCISES = [
    Exercise(
        id="24.1",
        title="Two by two",
        points=3,
        truth=paper,
        tolerance=2.5e-3,
        mistakes=[
            (
                LENGTH,
                wrong_paper("F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T → images @ texts.T", "table"),
            ),
            ("rows are pictures, columns captions", wrong_paper('"table": table → "table": table.T', "table")),
            (TIMES, wrong_paper("(scale * table) → (table / scale)", "caption 1, scale 10", "loss, scale 10")),
            (
                "this is picture 1: along the column was meant",
                wrong_paper("columns[s][0] → rows[s][0]", "caption 1, scale 1"),
            ),
            ("this is the loss for scale 1", {"caption 1, scale 10": paper()["caption 1, scale 1"]}),
            *[(ONE_WAY, wrong_paper("(rows[s] + columns[s]) / 2 → rows[s]", loss)) for loss in LOSSES],
            *[(OTHER_WAY, wrong_paper("(rows[s] + columns[s]) / 2 → columns[s]", loss)) for loss in LOSSES],
            *[(WHOLE, wrong_paper(".mean() for → .sum() for", loss)) for loss in LOSSES],
            *[(WHOLE, wrong_paper(" / 2).mean() for → ).sum() for", loss)) for loss in LOSSES],
            ("the bias is forgotten", wrong_paper(" - 8 → ", "sigmoid")),
            ("the bias is below zero", wrong_paper("- 8 → + 8", "sigmoid")),
            ("yes is for the diagonal: the sign is turned", wrong_paper("(signs * → (-signs *", "sigmoid")),
            ("no is −log σ(−z): the sign is turned", wrong_paper("signs * (10 → (10", "sigmoid")),
            (
                "each cell counts, not only the pairs",
                wrong_paper("(signs * (10 * table - 8)).sum(dim=1) → (10 * table - 8).diagonal()", "sigmoid"),
            ),
            ("per pair: divide by two, not by four cells", wrong_paper(".sum(dim=1) → ", "sigmoid")),
            *[
                (
                    "both have to be scaled to length one, pictures and captions",
                    wrong_paper(f"F.normalize({one}, dim=1) → {one}", "table"),
                )
                for one in ("images", "texts")
            ],
            *[
                (
                    "the larger the cosine, the smaller the loss: the sign is turned",
                    wrong_paper("(scale * table) → (-scale * table)", name),
                )
                for name in ("caption 1, scale 1", "caption 1, scale 10", *LOSSES)
            ],
            ("per pair: divide by the two pairs", wrong_paper(".sum(dim=1).mean() → .sum()", "sigmoid")),
        ],
    ),
    Exercise(
        id="24.2",
        title="The starting line",
        points=2,
        truth=start,
        tolerance=5e-3,
        mistakes=[
            *[("a nat is counted with ln, not with log₂", {str(n): math.log2(n)}) for n in (16, 128)],
            ("both ways: the mean, not the sum", {"16": 2 * math.log(16)}),
            ("what is the same in all places does not change a softmax", {"alike": ANY_OTHER}),
            *[("32 of 64 are left", {"half": x}) for x in (math.log(64) / 2, math.log(2))],
            ("half of them are ruled out, not all", {"half": 0.0}),
            ("four equal captions share the trust: a quarter each", {"four times": 0.0}),
            ("16 captions can be told apart; what is left is a guess among four", {"four times": math.log(16)}),
            ("the other three are wrong answers: a quarter is left for its own", {"four times": math.log(3)}),
            ("with `same`, the other three are no wrong answers any more", {"four times, same": math.log(4)}),
            ("the bias is forgotten", {"sigmoid": 16 * math.log(2)}),
            ("the bias is −3: a no is cheap, a yes is dear", {"sigmoid": start()["sigmoid"] + 14 * 3}),
            ("only the own cell; the 15 others of the row count, too", {"sigmoid": math.log1p(math.exp(3))}),
            ("the sum over the row, not its mean", {"sigmoid": start()["sigmoid"] / 16}),
            ("there is no softmax here: each cell is a question of its own", {"sigmoid": math.log(16)}),
            (
                "of the 16 cells of a row one says yes: 15 are left for the noes",
                {"sigmoid": math.log1p(math.exp(3)) + 16 * math.log1p(math.exp(-3))},
            ),
            (
                "the cosine is 0: the logit is the bias, a yes is dear and a no is cheap",
                {"sigmoid": 16 * math.log1p(math.exp(3))},
            ),
            (
                "the cosine is 0: the logit is the bias, a yes is dear and a no is cheap",
                {"sigmoid": 16 * math.log1p(math.exp(-3))},
            ),
        ],
    ),
    DUPLICATES,
    Exercise(
        id="24.4",
        title="What a caption is worth",
        points=3,
        truth=(by_mean, by_nearest, measure),
        cases=caption_cases,
        run=run_classes,
        mistakes=[
            (
                "mean: averaged before each caption has length one",
                Edit("F.normalize(captions, dim=-1).mean → captions.mean"),
            ),
            (
                "mean: a mean is shorter than its parts; scale it to length one again",
                Edit(
                    "F.normalize(F.normalize(captions, dim=-1).mean(dim=1), dim=-1) → "
                    "F.normalize(captions, dim=-1).mean(dim=1)"
                ),
            ),
            (
                "mean: no vector was scaled to length one",
                Edit("F.normalize(F.normalize(captions, dim=-1).mean(dim=1), dim=-1) → captions.mean(dim=1)"),
            ),
            (
                "mean: the best picture of each class; turn it round",
                Edit("(images @ classes.T).argmax(dim=1) → (images @ classes.T).argmax(dim=0)"),
            ),
            ("mean: this is the nearest caption's class", (by_nearest, by_nearest, measure)),
            (
                "nearest: the captions have to be scaled to length one first",
                Edit("images, F.normalize(captions, dim=-1) → images, captions"),
            ),
            ("nearest: this is the mean's class", (by_mean, by_mean, measure)),
            ("nearest: this is the caption's number, not the class", Edit("amax(dim=2) → amax(dim=1)")),
            ("nearest: this is the caption's number, not the class", Edit("amax(dim=2) → flatten(1)")),
            ("nearest: of each class, the worst caption counts", Edit("amax(dim=2) → amin(dim=2)")),
            ("nearest: a sum over captions; only the nearest counts", Edit("amax(dim=2) → sum(dim=2)")),
            ("measure: in percent", Edit("100 * right → right")),
            (
                "measure: of the pictures with this number",
                Edit("right[counts == n].float().mean() → (right & (counts == n)).sum() / len(labels)"),
            ),
            (
                "measure: of the pictures with this number, not of the right ones",
                Edit("right[counts == n].float().mean() → (right & (counts == n)).sum() / right.sum()"),
            ),
        ],
    ),
    Exercise(
        id="24.5",
        title="Which side, which colour?",
        points=2,
        truth=read,
        mistakes=[
            ("along the rows: each picture looks for its caption", {"captions": [1, 1, 3, 3, 5]}),
            ("the diagonal is what should be; look for the largest", {"captions": range(1, 6)}),
            ("along the columns: each caption looks for its picture", {"pictures": [1, 2, 3, 3, 5]}),
            ("the diagonal is what should be; look for the largest", {"pictures": range(1, 6)}),
            ("one of five is wrong", {"captions found": 100}),
            ("this is the other way round: how many captions find their picture", {"captions found": 60}),
            ("two of five are wrong", {"pictures found": 100}),
            ("this is the other way round: how many pictures find their caption", {"pictures found": 80}),
            ("caption 7 is nearer, and says black; look at her clothes", {"garment": ANY_OTHER}),
            ("asked for are percent of the five captions, not their number", {"captions found": 4}),
            ("asked for are percent of the five pictures, not their number", {"pictures found": 3}),
            ("asked for are percent of the five captions, not a share", {"captions found": 0.8}),
            ("asked for are percent of the five pictures, not a share", {"pictures found": 0.6}),
        ],
    ),
    TWO_TOWERS,
]
