"""Exercises of lesson 16: longer than in training."""

import math

import torch

from course_lib.exercises.cases import number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER

# 16.1 On paper: a head of width 8, trained with 100 positions, that reads 400


def paper():
    return {
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


def slow_down(theta, length, factor, slow, fast):
    """Frequencies of the pairs for longer texts: E/2."""
    turns = length * theta / (2 * math.pi)
    share = ((turns - slow) / (fast - slow)).clamp(0, 1)
    return share * theta + (1 - share) * theta / factor


# 16.3 Find the bug: two things at once
def gap_cases(seed):
    return [(8, 5), (64, number(seed, 65, 190)), (number(seed, 5, 10) * 2, 1), (6, 0), (7, 3)]


def gapped(T, gap):
    """The positions of T tokens, the second half of which stands `gap` further on."""
    positions = torch.arange(T)
    return positions + gap * (positions >= T // 2)


# 16.4 Choose
WAYS = ("none", "plain", "interpolation", "YaRN")


def choice():
    return {
        "A": "none",
        "B": "plain",
        "C": "interpolation",
        "D": "YaRN",
        "rise of B": 3.22,
        "60 characters": "B",
        "250 characters": "D",
        "gains most": "B",
        "what breaks": "angles",
    }


EXERCISES = [
    Exercise(
        id="16.1",
        title="On paper",
        points=2,
        truth=paper,
        tolerance=5e-3,
        mistakes=[
            ("a full turn is 2π radians", Edit(" / (2 * math.pi) → ")),
            ("these are the turns within 400 positions; training had 100", Edit("100 / → 400 /")),
            ("a pair has come round when it has made one full turn or more", {"not come round": 3}),
            ("not come round are those with less than one turn in `turns`", {"not come round": ANY_OTHER}),
            ("interpolation slows down all pairs alike", {"interpolation": [1, 4 ** (1 / 3), 4 ** (2 / 3), 4]}),
            ("this is the factor of θ; asked is how many times slower", {"interpolation": [0.25] * 4}),
            ("this is the factor of θ; asked is how many times slower", {"NTK": [4 ** (-i / 3) for i in range(4)]}),
            ("four numbers, one for each pair", {"interpolation": 4}),
            ("from pair to pair it is a factor that stays, not a difference", {"NTK": [1, 2, 3, 4]}),
            ("the first pair turns fastest, and stays as it is", Edit("(i / 3) → (1 - i / 3)")),
            ("E/2 − 1 is 3: the last pair is slowed by the whole of s", {"NTK": [4 ** (i / 4) for i in range(4)]}),
            ("that is the NTK of the paper; f n − (f − 1) is larger", {"slowest": 4}),
            ("f − 1 is still to be taken away", {"slowest": 8}),
        ],
    ),
    Exercise(
        id="16.2",
        title="Slow down the slow pairs",
        points=3,
        truth=slow_down,
        cases=scaling_cases,
        axes="pair",
        mistakes=[
            ("a full turn is 2π radians", Edit(" / (2 * math.pi) → ")),
            ("a full turn is 2π radians", Edit("(2 * math.pi) → math.pi")),
            (
                "the mixture goes by the turns, not evenly from pair to pair",
                Edit("((turns - slow) / (fast - slow)) → ((turns / slow).log() / math.log(fast / slow))"),
            ),
            ("the share is not kept between 0 and 1", Edit(".clamp(0, 1) → ")),
            (
                "the other way round: the fast pairs are slowed down",
                Edit("share * theta + (1 - share) * theta / factor → (1 - share) * theta + share * theta / factor"),
            ),
            (
                "all pairs are slowed down: that is interpolation",
                Edit("share * theta + (1 - share) * theta / factor → theta / factor"),
            ),
            (
                "there is no mixture in between",
                Edit("share * theta + (1 - share) * theta / factor → torch.where(share > 0, theta, theta / factor)"),
            ),
            (
                "there is no mixture in between",
                Edit("share * theta + (1 - share) * theta / factor → torch.where(share < 1, theta / factor, theta)"),
            ),
            (
                "mix the frequencies, not the factors",
                Edit("share * theta + (1 - share) * theta / factor → theta / (share + factor * (1 - share))"),
            ),
            (
                "the slow pairs turn faster",
                Edit("share * theta + (1 - share) * theta / factor → theta * (share + factor * (1 - share))"),
            ),
            (
                "`length` is the trained one already: it is not multiplied",
                Edit("length * theta → factor * length * theta"),
            ),
        ],
    ),
    Exercise(
        id="16.3",
        title="Find the bug: two things at once",
        points=2,
        truth=gapped,
        cases=gap_cases,
        axes="token",
        mistakes=[
            (
                "all positions are stretched; only the second half is to move, by `gap`",
                Edit("positions + gap * (positions >= T // 2) → positions * (1 + gap // T)"),
            ),
            ("all tokens have moved, so no distance has changed", Edit("T // 2 → 0")),
            ("the second half begins at T // 2", Edit("T // 2 → T // 2 + 1")),
            ("T // 2 rounds down: of 7 tokens the second half begins at 3", Edit("T // 2 → (T + 1) // 2")),
            ("the first half has moved; the second was meant", Edit("positions >= T → positions < T")),
            (
                "the second half begins at `gap`; it should stand `gap` further on than it would",
                Edit("gap * (positions → (gap - T // 2) * (positions"),
            ),
            ("only the last token stands further on", Edit("T // 2 → T - 1")),
            ("nothing has moved", Edit("T // 2 → T")),
            ("positions are counted from 0", Edit("arange(T) → arange(1, T + 1)")),
        ],
    ),
    Exercise(
        id="16.4",
        title="Choose",
        points=2,
        truth=choice,
        tolerance=5e-3,  # a rise of 3.2 is enough
        mistakes=[
            *[
                ("A has no positions: worse than B and D from the start, and little to lose", {"A": w})
                for w in WAYS[1:]
            ],
            *[
                ("B is best in short texts and worst in long ones: it was never scaled", {"B": w})
                for w in WAYS
                if w != "plain"
            ],
            *[
                ("C is bad everywhere: neighbours are no longer told apart", {"C": w})
                for w in WAYS
                if w != "interpolation"
            ],
            *[("D pays a little in short texts and holds in long ones", {"D": w}) for w in WAYS[:3]],
            ("this is B's loss in long texts; asked for is by how much it rose", {"rise of B": 3.87}),
            ("a rise is a difference, not a ratio", {"rise of B": 5.95}),
            *[
                ("60 characters are within the trained length: compare the short texts", {"60 characters": w})
                for w in "ACD"
            ],
            *[
                ("by its letter, A to D", {n: w})
                for n in ("60 characters", "250 characters", "gains most")
                for w in WAYS
            ],
            ("D ends best, but began well: it gains least", {"gains most": "D"}),
            ("C went from 3.68 to 1.41; another one has come further", {"gains most": "C"}),
            *[("for 250 characters, compare the long texts", {"250 characters": w}) for w in "ABC"],
            ("no query sees more keys than in training; only distances are new", {"what breaks": "keys"}),
            ("one thing was changed, the distances, and with them the angles", {"what breaks": "unknown"}),
        ],
    ),
]
