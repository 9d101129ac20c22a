"""Exercises of lesson 15: RoPE."""

import torch

from course_lib.workshop.exercises.cases import number, random_tensors, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 15.1 On paper: pairs that turn by 60° and by 20° at each place
def paper():
    fast, slow = torch.tensor([60.0, 20.0]).deg2rad()
    return {
        "turned": torch.stack([(2 * fast).cos(), (2 * fast).sin(), (2 * slow).cos(), (2 * slow).sin()]),
        "score": fast.sin() + slow.cos(),
        "far": fast.sin() + slow.cos(),
        "after": -fast.sin() + slow.cos(),
        "best": 7,
    }


# 15.2 Build the rotation
def rotation_cases(seed):
    x, y, q, k = random_tensors(seed, (2, 3, 5, 8), (1, 2, 5, 6), (7, 4), (7, 4))
    q[-1], k[-1] = 9 * q[-1], 0  # the largest change is in the last row, and not on the diagonal
    first, shift = 257 + 2 * number(seed, 0, 99), number(seed, 2, 9)  # odd: bfloat16 has no such places
    return [
        (x, torch.arange(5), 10_000.0, q, k, shift),
        (scattered(y), first + torch.arange(5), 500.0, k, q, 3 * shift),
        (x.double(), torch.tensor([0, 3, 4, 7, 30]), 10_000.0, q, -k, shift),  # the largest change with the other sign
        ((y > 0).half() - 0.5, first + torch.arange(5), 10_000.0, q, k, shift),
    ]


def rotate(x, positions, base):
    """B H T E -> B H T E, pairs of neighbors turned."""
    frequencies = base ** (-torch.arange(0, x.shape[-1], 2, dtype=torch.float64) / x.shape[-1])
    angles = positions[:, None] * frequencies
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    turned = first * cos - second * sin, first * sin + second * cos
    return torch.stack(turned, dim=-1).flatten(-2)


def largest_change(rotate, q, k, shift):
    """By how much a score changes at most when everything moves by `shift` places."""
    here = torch.arange(len(q))
    near, far = (rotate(q, places) @ rotate(k, places).T for places in (here, here + shift))
    return (near - far).abs().max()


def uneven(x, positions):
    """Scale later tokens up: here a score also depends on the positions, so that there is a change to be found."""
    return x * (1 + 0.1 * positions[:, None].to(x.dtype) ** 2)


def turn_both(functions, x, positions, base, q, k, shift):
    turn, change = functions
    return {"turned": turn(x, positions, base), "largest change": change(uneven, q, k, shift)}


# 15.3 Find the bug: the wrong order
def conversion_cases(seed):
    one, three, two = random_tensors(seed, (8, 12), (24, 12), (12, 24))
    return [(one, 1), (three, 3), (scattered(two), 2), (three.double(), 3)]


def convert(weight, heads):
    """Rows for pairs of halves -> rows for pairs of neighbors, H·E D both."""
    halves = weight.unflatten(0, (heads, 2, -1))
    return halves.transpose(1, 2).flatten(0, 2)


# 15.4 Probe the places
class NearestMean:
    """A probe that needs no training: each state belongs to the label whose mean is nearest."""

    def __init__(self, states, labels):
        self.labels = labels.unique()
        self.means = torch.stack([states[labels == label].double().mean(dim=0) for label in self.labels])

    def predict(self, states):
        return self.labels[torch.cdist(states.double(), self.means).argmin(dim=-1)]


def nearest_mean(states, labels):
    return NearestMean(states, labels)


def probe_cases(seed):
    cases = []
    for T, D, loud, pieces in ((8, 5, 1.0, (9, 7)), (6, 7, 0.4, (9, 7)), (10, 3, 2.0, (6, 11))):
        places, known, unseen = random_tensors(seed + T, (T, D), *[(count, T, D) for count in pieces])
        cases.append((known + loud * places, unseen + loud * places, nearest_mean))
    return cases


def read_places(known, unseen, fit):
    """B T D, B T D, a way to train a probe -> exact, wrong by, middle."""
    places = torch.arange(1, known.shape[1])
    probe = fit(known[:, 1:].flatten(0, 1), places.repeat(len(known)))
    errors = (probe.predict(unseen[:, 1:].flatten(0, 1)) - places.repeat(len(unseen))).abs().float()
    middle = (places - known.shape[1] / 2).abs().mean()
    return {"exact": (errors == 0).float().mean(), "wrong by": errors.mean(), "middle": middle}


EXERCISES = [
    Exercise(id="15.1", title="On paper", points=2, truth=paper, tolerance=5e-3),
    Exercise(
        id="15.2",
        title="Build the rotation",
        points=3,
        truth=(rotate, largest_change),
        cases=rotation_cases,
        run=turn_both,
    ),
    Exercise(
        id="15.3",
        title="Find the bug: the wrong order",
        points=2,
        truth=convert,
        cases=conversion_cases,
        axes="row column",
    ),
    Exercise(id="15.4", title="Probe the places", points=2, truth=read_places, cases=probe_cases),
]
