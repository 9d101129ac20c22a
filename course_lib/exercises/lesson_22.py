"""Exercises of lesson 22: the alternatives."""

import torch

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.units import of_bytes


# 22.1 On paper, in KiB
def paper():
    attention = 40 * 32 * (128 + 128) * 2 / 1024
    memory = 32 * 128 * 128 * 4 / 1024
    return {
        "attention": attention,
        "latents": 40 * (384 + 64) * 2 / 1024,
        "hybrid": attention / 4,
        "memory": memory,
        "tokens": memory / (attention / 40),
    }


# 22.2 A memory that corrects itself
def memory_cases(seed):
    cases = []
    for extra, (keys, values) in enumerate([(3, 5), (7, 2), (5, 11), (4, 4)]):
        memory, k, v = random_tensors(seed + extra, (keys, values), (keys,), (values,))
        cases.append((memory, k / k.norm(), v, number(seed + extra, 1, 9) / 10))
    return cases


def correct(memory, k, v, write):
    """The memory after one token: key, value."""
    return memory + torch.outer(k, write * (v - k @ memory))


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
KINDS = ("attention", "latents", "linear", "delta")


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
        mistakes=[
            ("a key and a value are kept: twice as much", {"attention": 320}),
            ("that is one layer; there are 40", {"attention": 16}),
            ("these are bits; a byte has eight", {"attention": 5120}),
            ("a latent is kept once for all heads", {"latents": 1120}),
            ("a latent is kept once, not for keys and for values", {"latents": 70}),
            ("that is one layer; there are 40", {"latents": 0.875}),
            ("the turned key is there once for all heads", {"latents": 190}),
            ("one of four layers has plain attention, not one of three", {"hybrid": 640 / 3}),
            ("a memory does not grow with the tokens", {"hybrid": 160 + 30 * 2048}),
            ("asked for is one layer, not all 40", {"memory": 2048 * 40}),
            ("the matrix has 128 × 128 numbers", {"memory": 32}),
            ("compare with plain attention, not with latents", {"tokens": 2048 / 35}),
            ("a layer of attention keeps 16 KiB of a token, key and value", {"tokens": 256}),
            ("a layer of attention keeps 16 KiB of a token, not 32", {"tokens": 64}),
            ("compare one layer with one layer", {"tokens": 2048 * 30 / 160}),
            ("the turned key is kept, too", {"latents": 30}),
            ("there is one latent, from which keys and values are both made", {"latents": 65}),
            ("only one layer of four adds something for each token", {"hybrid": 480}),
            ("a number of the memory takes four bytes", {"memory": 1024}),
            ("each head has a matrix of its own", {"memory": 64}),
            *of_bytes(paper(), "attention", "latents", "hybrid", "memory"),
            ("compare with one layer of attention, not with all 40", {"tokens": 3.2}),
        ],
    ),
    Exercise(
        id="22.2",
        title="A memory that corrects itself",
        points=3,
        truth=correct,
        cases=memory_cases,
        axes="key value",
        mistakes=[
            ("the value itself is added: nothing is asked first", Edit("(v - k @ memory) → v")),
            (
                "the memory is asked with the key, not with the value",
                Edit("torch.outer(k, write * (v - k @ memory)) → torch.outer(write * (k - memory @ v), v)"),
            ),
            ("all of the error is corrected, whatever the share", Edit("write * (v → (v")),
            (
                "under other keys all must stay: only the error under k is written",
                Edit("return memory → return (1 - write) * memory", "(v - k @ memory) → v"),
            ),
            (
                "under other keys all must stay: only the error under k is written",
                Edit("return memory → return write * memory", "write * (v - k @ memory) → (1 - write) * v"),
            ),
            ("the share is `write`, not what is left of it", Edit("write * (v → (1 - write) * (v")),
            ("the share counts once", Edit("write * (v → write * write * (v")),
            ("the share belongs to the error, not to the answer alone", Edit("write * (v - k → (v - write * k")),
            ("the error is the value less the answer, not their sum", Edit("v - k → v + k")),
            (
                "the error is written under its key: the outer product of both",
                Edit("torch.outer(k, write * (v - k @ memory)) → write * (v - k @ memory)"),
            ),
            (
                "asked for is the memory, not its answer",
                Edit("memory + torch.outer(k, write * (v - k @ memory)) → k @ memory + write * (v - k @ memory)"),
            ),
            ("the error has the wrong sign", Edit("memory + torch → memory - torch")),
            ("the share belongs to the error, not to the value alone", Edit("write * (v - k @ → (write * v - k @")),
            ("the memory does not fade here", Edit("return memory → return (1 - write) * memory")),
            ("the old memory is gone", Edit("memory + torch → torch")),
        ],
    ),
    Exercise(
        id="22.3",
        title="Find the bug: shares that do not add up",
        points=2,
        truth=shares,
        cases=router_cases,
        axes="token expert",
        mistakes=[
            (
                "the shares of those that are visited must sum to 1",
                Edit(" / best.sum(dim=1, keepdim=True) → "),
            ),
            (
                "the shares of those that are visited must sum to 1",
                Edit("/ best.sum(dim=1, keepdim=True) → * logits.shape[1] / active"),
            ),
            (
                "the shares of each token sum to 1, not those of all tokens",
                Edit("best.sum(dim=1, keepdim=True) → best.sum()"),
            ),
            (
                "the shares of each token sum to 1, not those of each expert",
                Edit(
                    "return torch → parts = torch",
                    "best / best.sum(dim=1, keepdim=True)) → best)\n    return parts / parts.sum(dim=0)",
                ),
            ),
            ("divide by the sum of the shares, not by the largest", Edit("best.sum( → best.amax(")),
            (
                "their ratio is that of the probabilities: divide by the sum, no second softmax",
                Edit("best / best.sum(dim=1, keepdim=True) → best.softmax(dim=1)"),
            ),
            ("a share is part of a probability, not of a logit", Edit("logits.softmax(dim=1) → logits")),
            (
                "each token chooses among experts; yours is a softmax over the tokens",
                Edit("softmax(dim=1) → softmax(dim=0)"),
            ),
            (
                "the exponential of a large logit is infinite; softmax subtracts the largest one first",
                Edit("logits.softmax(dim=1) → (logits.exp() / logits.exp().sum(dim=1, keepdim=True))"),
            ),
            ("one expert too many is visited", Edit("topk(active) → topk(active + 1)")),
            ("`active` experts are visited, not one", Edit("topk(active) → topk(1)")),
            ("the number of experts is `active`, not always 2", Edit("topk(active) → topk(2)")),
            (
                "these say who is visited; asked for is how much",
                Edit("best / best.sum(dim=1, keepdim=True) → 1.0"),
            ),
            (
                "experts that are not visited have a place, too, with the share 0",
                Edit("torch.zeros_like(logits).scatter(1, chosen, best / → (best / "),
            ),
            (
                "only the likeliest experts are visited",
                Edit("return torch → best, chosen = logits.softmax(dim=1).sort()\n    return torch"),
            ),
            (
                "an expert that is not visited gets no share: a logit of 0 is not a share of 0",
                Edit("best / best.sum(dim=1, keepdim=True)) → logits.gather(1, chosen)).softmax(dim=1)"),
            ),
            ("these are the least likely experts", Edit("topk(active) → topk(active, largest=False)")),
            ("the visited have unequal shares", Edit("best / best.sum(dim=1, keepdim=True) → 1 / active")),
        ],
    ),
    Exercise(
        id="22.4",
        title="Choose",
        points=2,
        truth=choice,
        mistakes=[
            *[("A recalls as attention does, and keeps less", {"A": kind}) for kind in KINDS if kind != "latents"],
            *[("B never grows, and recalls least", {"B": kind}) for kind in KINDS if kind != "linear"],
            *[("C keeps most, and recalls nearly all", {"C": kind}) for kind in KINDS if kind != "attention"],
            *[("D never grows, and recalls more than B", {"D": kind}) for kind in KINDS if kind != "delta"],
            ("asked for is what comes to it; the first 256 KiB were there", {"grows": 4}),
            ("in units of the 256 KiB that it had", {"grows": 768}),
            ("how many times the 256 KiB that it had come to it", {"grows": 0.75}),
            ("from 512 to 2,048 tokens there are three times 512 more", {"grows": 1.5}),
            *[("asked for is its letter", {part: kind}) for kind in KINDS for part in ("long text", "lookup")],
            *[("of the two that never grow, one recalls more", {"long text": name}) for name in "ABC"],
            *[("recall counts, and then what is kept", {"lookup": name}) for name in "BCD"],
        ],
    ),
]
