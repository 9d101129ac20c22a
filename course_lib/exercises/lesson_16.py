"""Exercises of lesson 16: longer than in training."""

import math

import torch

from course_lib.exercises.cases import number
from course_lib.exercises.exercise import Exercise

# 16.1 On paper: a head of width 8, trained with 100 positions, that reads 400
PAPER = {
    "turns": [100 / 10**i / (2 * math.pi) for i in range(4)],
    "not come round": 2,
    "interpolation": [4, 4, 4, 4],
    "NTK": [4 ** (i / 3) for i in range(4)],
    "slowest": 7,
}


# 16.2 Slow down the slow pairs
def frequencies(width, base):
    return base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)


def scaling_cases(seed):
    return [
        (frequencies(16, 10_000.0), number(seed, 60, 70), 4.0, 1.0, 4.0),
        (frequencies(64, 500_000.0), number(seed, 4000, 8000), 8.0, 1.0, 32.0),
        (frequencies(8, 100.0), number(seed, 20, 30), 3.0, 0.5, 2.5),
    ]


def slowed(turns=lambda theta, length: length * theta / (2 * math.pi), clamp=lambda share: share.clamp(0, 1), mix=None):
    """The right answer, with one thing changed."""

    def slow_down(theta, length, factor, slow, fast):
        share = clamp((turns(theta, length) - slow) / (fast - slow))
        return theta * share + theta / factor * (1 - share) if mix is None else mix(theta, share, factor)

    return slow_down


# 16.3 Find the bug: two things at once
def gap_cases(seed):
    return [(8, 5), (64, number(seed, 65, 190)), (number(seed, 5, 10) * 2, 1), (6, 0)]


def gapped(start=lambda T: T // 2, step=1):
    """The right answer, with one thing changed."""
    return lambda T, gap: step * torch.arange(T) + gap * (torch.arange(T) >= start(T))


# 16.4 Choose
CHOICE = {"A": "none", "B": "plain", "C": "interpolation", "D": "YaRN", "rise of B": 3.22}
WAYS = ("none", "plain", "interpolation", "YaRN")
CHOICE |= {"60 characters": "B", "250 characters": "D", "what breaks": "angles"}

EXERCISES = [
    Exercise(
        id="16.1",
        title="On paper",
        points=2,
        truth=lambda: PAPER,
        tolerance=5e-3,
        mistakes=[
            ("a full turn is 2π radians", {"turns": [100, 10, 1, 0.1]}),
            ("these are the turns within 400 positions; training had 100", {"turns": [4 * t for t in PAPER["turns"]]}),
            ("a pair has come round when it has made one full turn or more", {"not come round": 3}),
            ("interpolation slows down all pairs alike", {"interpolation": [1, 4 ** (1 / 3), 4 ** (2 / 3), 4]}),
            ("from pair to pair it is a factor that stays, not a difference", {"NTK": [1, 2, 3, 4]}),
            ("the first pair turns fastest, and stays as it is", {"NTK": PAPER["NTK"][::-1]}),
            ("E/2 − 1 is 3: the last pair is slowed by the whole of s", {"NTK": [4 ** (i / 4) for i in range(4)]}),
            ("that is the NTK of the paper; f n − (f − 1) is larger", {"slowest": 4}),
            ("f − 1 is still to be taken away", {"slowest": 8}),
        ],
    ),
    Exercise(
        id="16.2",
        title="Slow down the slow pairs",
        points=3,
        truth=slowed(),
        cases=scaling_cases,
        axes="pair",
        mistakes=[
            ("a full turn is 2π radians", slowed(lambda theta, length: length * theta)),
            ("the share is not kept between 0 and 1", slowed(clamp=lambda share: share)),
            (
                "the other way round: the fast pairs are slowed down",
                slowed(mix=lambda theta, share, factor: theta * (1 - share) + theta / factor * share),
            ),
            (
                "all pairs are slowed down: that is interpolation",
                slowed(mix=lambda theta, share, factor: theta / factor),
            ),
            (
                "there is no mixture in between",
                slowed(mix=lambda theta, share, factor: torch.where(share > 0, theta, theta / factor)),
            ),
            (
                "mix the frequencies, not the factors",
                slowed(mix=lambda theta, share, factor: theta / (share + factor * (1 - share))),
            ),
            (
                "the slow pairs turn faster",
                slowed(mix=lambda theta, share, factor: theta * (share + factor * (1 - share))),
            ),
        ],
    ),
    Exercise(
        id="16.3",
        title="Find the bug: two things at once",
        points=2,
        truth=gapped(),
        cases=gap_cases,
        axes="token",
        mistakes=[
            (
                "the tokens are spread: a neighbour is no longer one position away",
                lambda T, gap: torch.arange(T) * (1 + gap // T),
            ),
            ("all tokens have moved, so no distance has changed", gapped(start=lambda T: 0)),
            ("the second half begins at T // 2", gapped(start=lambda T: T // 2 + 1)),
            ("only the last token stands further on", gapped(start=lambda T: T - 1)),
            ("nothing has moved", gapped(start=lambda T: T)),
        ],
    ),
    Exercise(
        id="16.4",
        title="Choose",
        points=2,
        truth=lambda: CHOICE,
        mistakes=[
            *[
                ("A has no positions: worse than B and D from the start, and little to lose", {"A": w})
                for w in WAYS[1:]
            ],
            *[("B is best in short texts and worst in long ones: it was never scaled", {"B": w}) for w in WAYS[::2]],
            *[("C is bad everywhere: neighbours are no longer told apart", {"C": w}) for w in WAYS[:2]],
            *[("D pays a little in short texts and holds in long ones", {"D": w}) for w in WAYS[:3]],
            ("this is B's loss in long texts; asked for is by how much it rose", {"rise of B": 3.87}),
            ("a rise is a difference, not a ratio", {"rise of B": 5.95}),
            ("60 characters are within the trained length, where scaling only costs", {"60 characters": "D"}),
            *[("for 250 characters, compare the long texts", {"250 characters": w}) for w in "ABC"],
            ("no query sees more keys than in training; only distances are new", {"what breaks": "keys"}),
            ("one thing was changed, the distances, and with them the angles", {"what breaks": "unknown"}),
        ],
    ),
]
