"""Exercises of lesson 22: the alternatives."""

import torch

from course_lib.workshop.exercises.cases import number, random_tensors
from course_lib.workshop.exercises.exercise import Exercise
from course_lib.workshop.exercises.units import of_bytes


# 22.1 On paper, in KiB
def paper():
    attention = 40 * 32 * (128 + 128) * 2 / 1024
    state = 32 * 128 * 128 * 4 / 1024
    return {
        "attention": attention,
        "latents": 40 * (384 + 64) * 2 / 1024,
        "hybrid": attention / 4,
        "state": state,
        "tokens": state / (attention / 40),
    }


# 22.2 A memory that corrects itself
def state_cases(seed):
    cases = []
    for extra, (keys, values) in enumerate([(3, 5), (7, 2), (5, 11), (4, 4)]):
        state, k, v = random_tensors(seed + extra, (keys, values), (keys,), (values,))
        cases.append((state, k / k.norm(), v, number(seed + extra, 1, 9) / 10))
    return cases


def correct(state, k, v, beta):
    """The memory after one token: key, value."""
    return state + torch.outer(k, beta * (v - k @ state))


# 22.3 Find the bug: shares that do not add up
def router_cases(seed):
    cases = []
    for size, tokens, experts, active in ((1, 3, 4, 2), (1, 5, 7, 3), (1, 2, 11, 9), (100, 4, 6, 2)):
        (logits,) = random_tensors(seed + experts, (tokens, experts))
        cases.append((size * logits, active))
    return cases


def shares(logits, active):
    """Of each token its share for each expert: token, expert."""
    best, chosen = logits.softmax(dim=1).topk(active)
    return torch.zeros_like(logits).scatter(1, chosen, best / best.sum(dim=1, keepdim=True))


# 22.4 Choose
def choice():
    return {
        "A": "latents",
        "B": "linear",
        "C": "attention",
        "D": "delta",
        "grows": (1024 - 256) / 256,
        "long text": "D",
        "lookup": "A",
    }


EXERCISES = [
    Exercise(
        id="22.1",
        title="On paper",
        points=2,
        truth=paper,
        mistakes=[*of_bytes(paper(), "attention", "latents", "hybrid", "state")],
    ),
    Exercise(
        id="22.2", title="A state that corrects itself", points=3, truth=correct, cases=state_cases, axes="key value"
    ),
    Exercise(
        id="22.3",
        title="Find the bug: shares that do not add up",
        points=2,
        truth=shares,
        cases=router_cases,
        axes="token expert",
    ),
    Exercise(id="22.4", title="Choose", points=2, truth=choice),
]
