"""Exercises of lesson 12: supervised fine-tuning."""

import torch
import torch.nn.functional as F

from course_lib.workshop.exercises.cases import number, random_tensors, rng
from course_lib.workshop.exercises.exercise import Exercise


# 12.1 Six data sets
def steps():
    return {"A": 1, "B": 2, "C": 3, "D": 1, "E": 2, "F": 3}


# 12.2 Two answers: how often a token's probability is halved
def losses():
    first, second, prompts = [2, 1, 1], [3, 1, 5, 1, 1], [6, 2, 1, 1, 5, 2, 1, 1]
    scored = first + second
    return {
        "scored": len(scored),
        "per token": sum(scored) / 8,
        "mean of means": (sum(first) / 3 + sum(second) / 5) / 2,
        "all": sum(scored + prompts) / 16,
        "perplexity": 2 ** (sum(scored) / 8),
    }


# 12.3 Pack four dialogues
BOS, EOS, ROLES = 1, 2, {"user": 4, "assistant": 5}


def dialogue_cases(seed):
    """Four dialogues of (role, ids), the first with two turns; and all of them as `turn` should return them."""
    words = iter(torch.randint(6, 40, (60,), generator=rng(seed)).tolist())
    sizes = [[2, 3, 1, number(seed + 1, 2, 5)], [1, number(seed, 1, 3)], [3, 2], [2, 1]]
    roles = ("user", "assistant")
    dialogues = [[(roles[i % 2], [next(words) for _ in range(n)]) for i, n in enumerate(turns)] for turns in sizes]
    return [(dialogues, [turn(dialogue) for dialogue in dialogues])]


def turn(messages):
    """Messages (role, ids) -> the ids of the dialogue, and which of them are to be said."""
    ids, is_completion = [BOS], [False]
    for role, words in messages:
        ids += [ROLES[role], *words, EOS]
        is_completion += [False] + [role == "assistant"] * (len(words) + 1)
    return ids, is_completion


def pack(dialogues):
    """Pairs (ids, is_completion) -> a dict with tokens, labels, positions and segments of one row."""
    row = {"tokens": [], "labels": [], "positions": [], "segments": []}
    for segment, (ids, is_completion) in enumerate(dialogues, start=1):
        for i in range(len(ids) - 1):
            row["tokens"].append(ids[i])
            row["labels"].append(ids[i + 1] if is_completion[i + 1] else 0)
            row["positions"].append(i)
            row["segments"].append(segment)
    return row


def turn_and_pack(functions, dialogues, turned_dialogues):
    """Both functions; the second one gets what the first should give."""
    mine, packed = functions
    turned = dict(zip(("ids", "is_completion"), mine(dialogues[0]) or (None, None), strict=False))
    return turned | (packed(turned_dialogues) or {})


# 12.4 A model of one table
def table_cases(seed):
    (table,) = random_tensors(seed, (11, 11))
    story = torch.randint(11, (9,), generator=rng(seed + 1))
    sizes = ((6, 3), (9, 5), (4, 3))
    rows = [(torch.randint(11, (n,), generator=rng(seed + n)), torch.arange(n) >= start) for n, start in sizes]
    return [(table, rows, story, number(seed, 3, 6))]


def fine_tune(table, rows, steps):
    """Logits V V and pairs (ids, marks) -> the logits after so many steps."""
    table = table.clone().requires_grad_()
    optimizer = torch.optim.SGD([table], lr=2.0)
    for _ in range(steps):
        optimizer.zero_grad()
        losses = [F.cross_entropy(table[ids[:-1]], ids[1:], reduction="none")[marks[1:]] for ids, marks in rows]
        torch.cat(losses).mean().backward()
        optimizer.step()
    return table.detach()


def forgotten(before, after, story):
    """By what factor the perplexity of a story (ids) grew."""
    old, new = (F.cross_entropy(table[story[:-1]], story[1:]) for table in (before, after))
    return (new - old).exp()


def tune_and_measure(functions, table, rows, story, steps):
    """Both functions; the second one compares the table with another one."""
    tune, measure = functions
    old = table.clone()
    new, factor = tune(old, rows, steps), measure(table, table.mT, story)
    return ({} if new is None else {"table": new, "old table": old}) | {"forgotten": factor}


# 12.5 Learn less
def lora_cases(seed):
    cases = []
    shapes = [(7, 4), (4, 7), (12, 5)], [(3, 8), (6, 5)]
    for d_in, d_out, rank, alpha, counted in ((5, 5, 2, 11.0, shapes[0]), (7, 4, number(seed, 2, 3), 6.0, shapes[1])):
        x, weight, down, up = random_tensors(seed, (d_in - 1, d_in), (d_out, d_in), (d_in, rank), (rank, d_out))
        cases.append((x, weight, down, up, alpha, counted, rank))
    return cases


def adapt(x, weight, down, up, alpha):
    """N D_in -> N D_out."""
    return x @ weight.T + alpha / down.shape[1] * x @ down @ up


def merge(weight, down, up, alpha):
    """The weight, D_out D_in, of a plain layer that does the same."""
    return weight + alpha / down.shape[1] * (down @ up).T


def count(shapes, rank):
    """How many numbers are learned; `shapes` is a list of (D_in, D_out)."""
    return sum(rank * (d_in + d_out) for d_in, d_out in shapes)


def lora(functions, x, weight, down, up, alpha, shapes, rank):
    """The three functions."""
    adapted, merged, counted = functions
    result = {"adapt": adapted(x, weight, down, up, alpha), "merge": merged(weight, down, up, alpha)}
    result |= {} if result["merge"] is None else {"old weight": weight}
    return result | {"count": counted(shapes, rank)}


EXERCISES = [
    Exercise(id="12.1", title="Six data sets", points=1, truth=steps),
    Exercise(id="12.2", title="Two answers", points=2, truth=losses, tolerance=2e-3),
    Exercise(
        id="12.3", title="Pack four dialogues", points=3, truth=(turn, pack), cases=dialogue_cases, run=turn_and_pack
    ),
    Exercise(
        id="12.4",
        title="A model of one table",
        points=3,
        truth=(fine_tune, forgotten),
        cases=table_cases,
        run=tune_and_measure,
        tolerance=1e-3,
    ),
    Exercise(id="12.5", title="Learn less", points=2, truth=(adapt, merge, count), cases=lora_cases, run=lora),
]
