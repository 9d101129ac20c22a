"""Answers to the exercises of lesson 12."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

NUMBERS = {"user": 4, "assistant": 5}


def turn_by_messages(messages):
    ids, marks = [1], [False]
    for role, words in messages:
        ids.extend([NUMBERS[role], *words, 2])
        marks.extend([False] + (len(words) + 1) * [role == "assistant"])
    return ids, marks


def turn_by_state(messages):
    ids = [1]
    for role, words in messages:
        ids += [NUMBERS[role]] + words + [2]
    marks, speaks = [], False
    for token in ids:
        marks.append(int(speaks))
        speaks = True if token == 5 else False if token == 2 else speaks
    return ids, marks


def turn_to_tensors(messages):
    parts = [torch.tensor([NUMBERS[role], *words, 2]) for role, words in messages]
    marks = [torch.arange(len(part)) * (part[0] == 5) > 0 for part in parts]
    return torch.cat([torch.tensor([1]), *parts]), torch.cat([torch.tensor([False]), *marks])


def pack_by_loops(dialogues):
    row = {"tokens": [], "labels": [], "positions": [], "segments": []}
    for number, (ids, marks) in enumerate(dialogues):
        for i in range(len(ids) - 1):
            row["tokens"].append(ids[i])
            row["labels"].append(ids[i + 1] if marks[i + 1] else 0)
            row["positions"].append(i)
            row["segments"].append(number + 1)
    return row


def pack_in_torch(dialogues):
    parts = [(torch.tensor(ids), torch.tensor(marks)) for ids, marks in dialogues]
    return {
        "tokens": torch.cat([ids[:-1] for ids, _ in parts]),
        "labels": torch.cat([(ids * marks)[1:] for ids, marks in parts]),
        "positions": torch.cat([torch.arange(len(ids) - 1) for ids, _ in parts]),
        "segments": torch.cat([torch.full((len(ids) - 1,), n) for n, (ids, _) in enumerate(parts, start=1)]),
    }


def pack_in_numpy(dialogues):
    sizes = [len(ids) - 1 for ids, _ in dialogues]
    return {
        "segments": np.repeat(np.arange(1, len(sizes) + 1), sizes),
        "positions": np.concatenate([np.arange(size) for size in sizes]),
        "labels": np.concatenate([np.where(marks[1:], ids[1:], 0) for ids, marks in dialogues]),
        "tokens": np.concatenate([ids[:-1] for ids, _ in dialogues]),
    }


def tune_with_optimizer(table, rows, steps):
    table = nn.Parameter(table.clone())
    optimizer = torch.optim.SGD([table], lr=2.0)
    for _ in range(steps):
        optimizer.zero_grad()
        losses = [F.cross_entropy(table[ids[:-1]], ids[1:], reduction="none")[said[1:]] for ids, said in rows]
        torch.cat(losses).mean().backward()
        optimizer.step()
    return table


def tune_by_formula(table, rows, steps):
    pairs = [(int(a), int(b)) for ids, said in rows for a, b, s in zip(ids, ids[1:], said[1:], strict=False) if s]
    table = table.double()
    for _ in range(steps):
        slope = torch.zeros_like(table)
        for before, after in pairs:
            slope[before] += table[before].softmax(0) / len(pairs)
            slope[before, after] -= 1 / len(pairs)
        table = table - 2.0 * slope
    return table


def tune_by_ignoring(table, rows, steps):
    table = table.clone()
    inputs = torch.cat([ids[:-1] for ids, _ in rows])
    labels = torch.cat([ids[1:].masked_fill(~said[1:], -100) for ids, said in rows])
    for _ in range(steps):
        table.requires_grad_()
        F.cross_entropy(table[inputs], labels).backward()
        table = table.detach() - 2.0 * table.grad
    return table


def factor(before, after, story):
    old, new = (F.cross_entropy(table[story[:-1]], story[1:]).exp() for table in (before, after))
    return new / old


def factor_by_loops(before, after, story):
    result = 1.0
    for a, b in zip(story, story[1:], strict=False):
        result *= float(before[a].softmax(0)[b] / after[a].softmax(0)[b])
    return result ** (1 / (len(story) - 1))


def factor_in_numpy(before, after, story):
    def loss(table):
        table = table.detach().numpy()[story[:-1]]
        return (np.log(np.exp(table).sum(axis=1)) - table[np.arange(len(table)), story[1:]]).mean()

    return np.exp(loss(after) - loss(before))


def adapt_by_einsum(x, weight, down, up, alpha):
    added = torch.einsum("ni,ir,ro->no", x, down, up)
    return torch.einsum("ni,oi->no", x, weight) + added * alpha / up.shape[0]


def merge_by_einsum(weight, down, up, alpha):
    return weight + torch.einsum("ir,ro->oi", down, up) * (alpha / down.shape[1])


def adapt_by_merging(x, weight, down, up, alpha):
    return F.linear(x, merge_by_einsum(weight, down, up, alpha))


def merge_in_numpy(weight, down, up, alpha):
    weight, down, up = (part.numpy() for part in (weight, down, up))
    return weight + alpha / len(up) * up.T @ down.T


def merge_in_double(weight, down, up, alpha):
    return (weight.double().mT + down.double() @ up.double() * alpha / down.size(1)).mT


def count_by_loop(shapes, rank):
    total = 0
    for d_in, d_out in shapes:
        total += d_in * rank + rank * d_out
    return total


def count_in_torch(shapes, rank):
    return rank * torch.tensor(shapes).sum()


def tune_in_place(table, rows, steps):
    new = tune_by_formula(table, rows, steps)
    return table.copy_(torch.as_tensor(new))


def pack_with_late_marks(dialogues):
    row = pack_by_loops(dialogues)
    row["labels"] = [ids[i + 1] if marks[i] else 0 for ids, marks in dialogues for i in range(len(ids) - 1)]
    return row


DEAR = {"12.4"}  # in the slow tests
RIGHT = {
    "12.3": [(turn_by_messages, pack_by_loops), (turn_by_state, pack_in_torch), (turn_to_tensors, pack_in_numpy)],
    "12.4": [
        (tune_with_optimizer, factor),
        (tune_by_formula, factor_by_loops),
        (tune_by_ignoring, factor_in_numpy),
    ],
    "12.5": [
        (adapt_by_einsum, merge_by_einsum, count_by_loop),
        (adapt_by_merging, merge_in_numpy, count_in_torch),
        (adapt_by_merging, merge_in_double, lambda shapes, rank: sum(map(sum, shapes)) * rank),
    ],
}

WRONG = {
    "12.1": [({"F": 1}, "F: yours is 1, the true value is 3")],
    "12.2": [({"perplexity": 15 / 8}, "perplexity: yours is 1.875, the true value is 3.668")],
    "12.3": [
        ((turn_by_messages, pack_with_late_marks), "the mark that counts is that of the next token"),
        ((turn_by_messages, lambda dialogues: tuple(pack_by_loops(dialogues).values())), "this can't be checked"),
        ((turn_by_messages, lambda dialogues: pack_by_loops(dialogues[:3])), "tokens: yours has the shape"),
        (
            (
                turn_by_state,
                lambda dialogues: {
                    **pack_in_torch(dialogues),
                    "positions": torch.arange(len(pack_in_torch(dialogues)["tokens"])),
                },
            ),
            "they go on counting",
        ),
        ((lambda messages: turn_by_messages(messages)[0], pack_by_loops), "ids: yours"),
    ],
    "12.4": [
        ((tune_in_place, factor), "work on a copy"),
        ((lambda table, rows, steps: tune_with_optimizer(table, rows, steps - 1), factor), "one step too few"),
        ((tune_by_formula, lambda before, after, story: factor(after, before, story)), "are exchanged"),
    ],
    "12.5": [
        (
            (lambda x, weight, down, up, alpha: x @ weight.T + x @ down @ up, merge_in_numpy, count_by_loop),
            "α / r is missing",
        ),
        ((adapt_by_einsum, lambda w, down, up, alpha: w + down @ up * alpha / len(up), count_by_loop), "transpose it"),
    ],
}
