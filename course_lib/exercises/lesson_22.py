"""Exercises of lesson 22: the alternatives."""

import torch

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise

# 22.1 On paper: 40 layers, 32 heads of width 128, two bytes for a number; latents of 384 and a turned key of 64
PAPER = {"attention": 640, "latents": 35, "hybrid": 160, "memory": 2048, "tokens": 128}


# 22.2 A memory that corrects itself
def memory_cases(seed):
    cases = []
    for extra, (keys, values) in enumerate([(3, 5), (7, 2), (5, 11)]):
        memory, k, v = random_tensors(seed + extra, (keys, values), (keys,), (values,))
        cases.append((memory, k / k.norm(), v, number(seed + extra, 1, 9) / 10))
    return cases


def corrected(
    error=lambda memory, k, v: v - k @ memory, share=lambda write: write, before=lambda memory, write: memory
):
    """The right answer, with one thing changed."""

    def correct(memory, k, v, write):
        return before(memory, write) + torch.outer(k, share(write) * error(memory, k, v))

    return correct


def swapped_share(memory, k, v, write):
    return corrected()(memory, k, v, 1 - write)


# 22.3 Find the bug: shares that do not add up
def router_cases(seed):
    shapes = [(3, 4), (5, 7), (2, 5)]
    return [(*random_tensors(seed + i, shape), 2 + i % 2) for i, shape in enumerate(shapes)]


def visited(logits, active, largest=True):
    """True where a token visits an expert."""
    chosen = logits.topk(active, largest=largest).indices
    return torch.zeros_like(logits, dtype=torch.bool).scatter(1, chosen, True)


def shares(logits, active):
    return logits.masked_fill(~visited(logits, active), -torch.inf).softmax(dim=1)


def scaled(logits, active):
    """The shares without their last step."""
    return logits.softmax(1) * visited(logits, active)


def over(parts, axis):
    total = parts.sum() if axis is None else parts.sum(axis, keepdim=True)
    return parts / total


def top(parts):
    return parts.amax(1, keepdim=True)


# 22.4 Choose
CHOICE = {"A": "latents", "B": "linear", "C": "attention", "D": "delta", "grows": 3, "long text": "D", "lookup": "A"}
KINDS = ("attention", "latents", "linear", "delta")

EXERCISES = [
    Exercise(
        id="22.1",
        title="On paper",
        points=2,
        truth=lambda: PAPER,
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
            ("compare with one layer of attention, not with all 40", {"tokens": 3.2}),
        ],
    ),
    Exercise(
        id="22.2",
        title="A memory that corrects itself",
        points=3,
        truth=corrected(),
        cases=memory_cases,
        axes="key value",
        mistakes=[
            ("the value itself is added: nothing is asked first", corrected(error=lambda memory, k, v: v)),
            ("all of the error is corrected, whatever the share", corrected(share=lambda write: 1.0)),
            (
                "under other keys all must stay: only the error under k is written",
                lambda memory, k, v, write: (1 - write) * memory + torch.outer(k, write * v),
            ),
            (
                "under other keys all must stay: only the error under k is written",
                lambda memory, k, v, write: write * memory + (1 - write) * torch.outer(k, v),
            ),
            ("the share is `write`, not what is left of it", swapped_share),
            ("the share counts once", corrected(share=lambda write: write * write)),
            (
                "the share belongs to the error, not to the answer alone",
                lambda memory, k, v, write: memory + torch.outer(k, v - write * (k @ memory)),
            ),
            (
                "the error is the value less the answer, not their sum",
                corrected(error=lambda memory, k, v: v + k @ memory),
            ),
            (
                "the error is written under its key: the outer product of both",
                lambda memory, k, v, write: memory + write * (v - k @ memory),
            ),
            (
                "asked for is the memory, not its answer",
                lambda memory, k, v, write: k @ memory + write * (v - k @ memory),
            ),
            ("the error has the wrong sign", corrected(error=lambda memory, k, v: k @ memory - v)),
            (
                "the share belongs to the error, not to the value alone",
                lambda memory, k, v, write: memory + torch.outer(k, write * v - k @ memory),
            ),
            (
                "the memory does not fade here",
                corrected(before=lambda memory, write: (1 - write) * memory),
            ),
            ("the old memory is gone", corrected(before=lambda memory, write: 0 * memory)),
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
                lambda logits, active: logits.softmax(dim=1) * visited(logits, active),
            ),
            (
                "the shares of those that are visited must sum to 1",
                lambda logits, active: logits.softmax(1) * visited(logits, active) * logits.shape[1] / active,
            ),
            ("the shares of each token sum to 1, not those of all tokens", lambda *case: over(scaled(*case), None)),
            ("the shares of each token sum to 1, not those of each expert", lambda *case: over(scaled(*case), 0)),
            ("divide by the sum of the shares, not by the largest", lambda *case: scaled(*case) / top(scaled(*case))),
            (
                "their ratio is that of the probabilities: divide by the sum, no second softmax",
                lambda logits, active: shares(logits.softmax(1), active),
            ),
            ("a share is part of a probability, not of a logit", lambda *case: over(case[0] * visited(*case), 1)),
            (
                "each token chooses among experts; yours is a softmax over the tokens",
                lambda logits, active: over(logits.softmax(0) * visited(logits.softmax(0), active), 1),
            ),
            ("one expert too many is visited", lambda logits, active: shares(logits, active + 1)),
            ("`active` experts are visited, not one", lambda logits, active: shares(logits, 1)),
            ("the number of experts is `active`, not always 2", lambda logits, active: shares(logits, 2)),
            ("these say who is visited; asked for is how much", lambda *case: visited(*case).float()),
            (
                "experts that are not visited have a place, too, with the share 0",
                lambda logits, active: logits.topk(active).values.softmax(1),
            ),
            ("only the likeliest experts are visited", lambda logits, active: logits.softmax(dim=1)),
            (
                "an expert that is not visited gets no share: a logit of 0 is not a share of 0",
                lambda logits, active: (logits * visited(logits, active)).softmax(dim=1),
            ),
            (
                "these are the least likely experts",
                lambda logits, active: logits.masked_fill(~visited(logits, active, False), -torch.inf).softmax(dim=1),
            ),
            ("the visited have unequal shares", lambda logits, active: visited(logits, active) / active),
        ],
    ),
    Exercise(
        id="22.4",
        title="Choose",
        points=2,
        truth=lambda: CHOICE,
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
