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


# 22.4 Choose
CHOICE = {"A": "latents", "B": "linear", "C": "attention", "D": "delta", "grows": 3, "long text": "D", "lookup": "A"}
KINDS = ("attention", "latents", "linear", "delta")

EXERCISES = [
    Exercise(
        id="22.1",
        title="On paper",
        points=2,
        truth=lambda: PAPER,
        tolerance=5e-3,
        mistakes=[
            ("a key and a value are kept: twice as much", {"attention": 320}),
            ("that is one layer; there are 40", {"attention": 16}),
            ("a latent is kept once for all heads", {"latents": 1120}),
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
            ("asked for is by how much C grows for 512 tokens more, in units of what it had", {"grows": 4}),
            *[("of the two that never grow, one recalls more", {"long text": name}) for name in "ABC"],
            *[("recall counts, and then what is kept", {"lookup": name}) for name in "BCD"],
        ],
    ),
]
