"""Answers to the exercises of lesson 09."""

import numpy as np
import torch

IDS = {"system": 3, "user": 4, "assistant": 5}


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
            return {"ids": torch.tensor(new), "why": "budget"}
        if len(prompt) + len(new) == context:
            return {"ids": new, "why": "context"}
        p = next_logits(prompt + new).softmax(dim=0).numpy()
        if p.argmax() == 2:
            return {"ids": np.array(new), "why": "end"}
        new.append(int(p.argmax()))


def context_first(next_logits, prompt, budget, context):
    found = complete_by_for(next_logits, prompt, budget, context)
    return {**found, "why": "context"} if len(prompt) + len(found["ids"]) == context else found


RIGHT = {
    "09.1": [write_by_loop, write_as_tensor, write_by_sum],
    "09.2": [complete_by_for, complete_by_recursion, complete_by_probability],
}

WRONG = {
    "09.1": [
        (lambda messages: write_by_loop(messages)[::-1], "place 0: yours is 5, the true value is 1"),
        (lambda messages: [1, *sum((m["content"] for m in messages), []), 5], "yours has the shape"),
        (lambda messages: write_by_loop(messages)[:-1], "the last <assistant> is missing"),
        (
            lambda messages: [1, write_by_loop(messages)[1:-1], 5],
            "there are lists in the list; one flat list was meant",
        ),
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
    "09.3": [({"D": "temperature 2"}, "D: yours is 'temperature 2', the true value is 'top-p 0.8'")],
    "09.4": [({"with": 9}, "with: yours is 9, the true value is 27")],
    "09.5": [({"1": "context"}, "1: yours is 'context', the true value is 'end token'")],
    "09.6": [({"A", "C"}, "yours is {A, C}, the true value is {B, D, E}")],
}
