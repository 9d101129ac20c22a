"""Answers to the exercises of lesson 09."""

import numpy as np
import torch

IDS = {"system": 3, "user": 4, "assistant": 5}
DIALS = {
    "A": "temperature 0.5",
    "B": "top-k 2",
    "C": "temperature 2",
    "D": "top-p 0.8",
    "law": "greedy",
    "story": "top-p",
}
COUNTS = {"prompt 3": 35, "without": 66, "with": 27, "pieces": 3}
FAULTS = {"1": "end token", "2": "base model", "3": "template", "4": "context", "5": "temperature"}


def write_by_loop(messages):
    ids = [1]
    for message in messages:
        ids.append(IDS[message["role"]])
        ids.extend(message["content"])
        ids.append(2)
    ids.append(5)
    return ids


def write_as_tensor(messages):
    parts = [torch.tensor([IDS[m["role"]], *m["content"], 2]) for m in messages]
    return torch.cat([torch.tensor([1]), *parts, torch.tensor([5])])


def write_by_sum(messages):
    return np.array([1] + sum(([IDS[m["role"]]] + m["content"] + [2] for m in messages), []) + [5])


def complete_by_for(next_logits, prompt, budget, context):
    ids, why = list(prompt), "budget"
    for _ in range(budget):
        if len(ids) == context:
            why = "context"
            break
        token = next_logits(ids).argmax().item()
        if token == 2:
            why = "end"
            break
        ids += [token]
    return {"ids": ids[len(prompt) :], "why": why}


def complete_by_recursion(next_logits, prompt, budget, context):
    if budget == 0 or len(prompt) >= context:
        return {"ids": [], "why": "budget" if budget == 0 else "context"}
    token = int(next_logits(prompt).topk(1).indices)
    if token == 2:
        return {"ids": [], "why": "end"}
    rest = complete_by_recursion(next_logits, [*prompt, token], budget - 1, context)
    return {"ids": [token, *rest["ids"]], "why": rest["why"]}


def complete_by_probability(next_logits, prompt, budget, context):
    new = []
    while True:
        if len(new) == budget:
            return {"ids": torch.tensor(new), "why": "Budget"}
        if len(prompt) + len(new) == context:
            return {"ids": new, "why": "Context"}
        p = next_logits(prompt + new).softmax(dim=0).numpy()
        if p.argmax() == 2:
            return {"ids": np.array(new), "why": "End"}
        new.append(int(p.argmax()))


def context_first(next_logits, prompt, budget, context):
    found = complete_by_for(next_logits, prompt, budget, context)
    return {**found, "why": "context"} if len(prompt) + len(found["ids"]) == context else found


RIGHT = {
    "09.1": [write_by_loop, write_as_tensor, write_by_sum],
    "09.2": [complete_by_for, complete_by_recursion, complete_by_probability],
    "09.3": [DIALS, {name: word.upper() for name, word in DIALS.items()}, dict(reversed(DIALS.items()))],
    "09.4": [COUNTS, {**COUNTS, "without": 9 + 22 + 35}, {name: torch.tensor(n) for name, n in COUNTS.items()}],
    "09.5": [FAULTS, {name: word.title() for name, word in FAULTS.items()}, dict(reversed(FAULTS.items()))],
    "09.6": [{"B", "D", "E"}, ["E", "D", "B"], "bde"],
}

WRONG = {
    "09.1": [
        (lambda messages: write_by_loop(messages)[::-1], "place 0: yours is 5, the true value is 1"),
        (lambda messages: [1, *sum((m["content"] for m in messages), []), 5], "yours has the shape"),
        (lambda messages: write_by_loop(messages)[:-1], "the last <assistant> is missing"),
    ],
    "09.2": [
        (context_first, "why: yours is 'context', the true value is 'budget'"),
        (lambda next_logits, prompt, budget, context: {"ids": [], "why": "end"}, "ids: yours has the shape 0"),
        (
            lambda next_logits, *rest: complete_by_for(lambda ids: -next_logits(ids), *rest),
            "the least likely token is taken",
        ),
        (lambda *case: {**complete_by_for(*case), "why": "end"}, "why: yours is 'end', the true value is 'budget'"),
    ],
    "09.3": [({**DIALS, "D": "temperature 2"}, "D: yours is 'temperature 2', the true value is 'top-p 0.8'")],
    "09.4": [({**COUNTS, "with": 9}, "with: yours is 9, the true value is 27")],
    "09.5": [({**FAULTS, "1": "context"}, "1: yours is 'context', the true value is 'end token'")],
    "09.6": [({"A", "C"}, "yours is {A, C}, the true value is {B, D, E}")],
}
