"""Exercises of lesson 16: longer than in training."""

import math

import torch

from course_lib.workshop.exercises.cases import number
from course_lib.workshop.exercises.exercise import Exercise


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
        "what breaks": "distances",
    }


EXERCISES = [
    Exercise(id="16.1", title="On paper", points=2, truth=paper, tolerance=5e-3),
    Exercise(id="16.2", title="Slow down the slow pairs", points=3, truth=slow_down, cases=scaling_cases, axes="pair"),
    Exercise(
        id="16.3", title="Find the bug: two things at once", points=2, truth=gapped, cases=gap_cases, axes="token"
    ),
    Exercise(
        id="16.4",
        title="Choose",
        points=2,
        truth=choice,
        tolerance=5e-3,  # a rise of 3.2 is enough
    ),
]
