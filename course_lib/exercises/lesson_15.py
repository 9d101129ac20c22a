"""Exercises of lesson 15: RoPE."""

import math

import torch

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.rotating import ROTATION_MISTAKES, largest_change, rotated, rotation_cases, turn_both

# 15.1 On paper: pairs that turn by 60° and by 20° at each place
QUERY = (1, 0, 1, 0)


def turn(x, place, order=((0, 1), (2, 3)), degrees=(60, 20)):
    turned = list(x)
    for (a, b), angle in zip(order, degrees, strict=True):
        cos, sin = math.cos(math.radians(place * angle)), math.sin(math.radians(place * angle))
        turned[a], turned[b] = cos * x[a] - sin * x[b], sin * x[a] + cos * x[b]
    return turned


def score(m, n, k=(0, 1, 1, 0)):
    return sum(a * b for a, b in zip(turn(QUERY, m), turn(k, n), strict=True))


PAPER = {"turned": turn(QUERY, 2), "score": score(4, 3), "far": score(1004, 1003), "after": score(3, 4), "best": 7}


# 15.3 Find the bug: the wrong order
def conversion_cases(seed):
    one, three, two = random_tensors(seed, (8, 12), (24, 12), (12, 24))
    return [(one, 1), (three, 3), (scattered(two), 2), (three.double(), 3)]


def to_neighbours(weight, heads):
    return weight.unflatten(0, (heads, 2, -1)).transpose(1, 2).flatten(0, 2)


def only_the_first_head(weight, heads):
    E = len(weight) // heads
    return torch.cat([to_neighbours(weight[:E], 1), weight[E:]])


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
    for T, D, loud in ((8, 5, 1.0), (6, 7, 0.4), (10, 3, 2.0)):
        places, known, unseen = random_tensors(seed + T, (T, D), (9, T, D), (7, T, D))
        cases.append((known + loud * places, unseen + loud * places, nearest_mean))
    return cases


def read_places(known, unseen, fit, first=1, judge=None, labels=torch.Tensor.repeat, error=torch.abs, scale=1):
    judged = unseen if judge is None else judge(known, unseen)
    T = known.shape[1]
    places = torch.arange(first, T)
    probe = fit(known[:, first:].flatten(0, 1), labels(places, len(known)))
    wrong = error((probe.predict(judged[:, first:].flatten(0, 1)) - labels(places, len(judged))).double())
    middle = (torch.arange(1, T) - T / 2).abs().mean()
    return {"exact": scale * (wrong == 0).double().mean(), "wrong by": wrong.mean(), "middle": middle}


REPEATED = torch.Tensor.repeat_interleave


def probed_with(middle=None, **changes):
    """What a probe reads, with one thing changed."""

    def answer(known, unseen, fit):
        found = read_places(known, unseen, fit, **changes)
        return found if middle is None else {**found, "middle": middle(known.shape[1])}

    return answer


EXERCISES = [
    Exercise(
        id="15.1",
        title="On paper",
        points=2,
        truth=lambda: PAPER,
        tolerance=5e-3,
        mistakes=[
            (
                "turned the other way round: from the first number towards the second",
                {"turned": turn(QUERY, -2)},
            ),
            (
                "neighbours are a pair: x0 with x1, not with x2",
                {"turned": turn(QUERY, 2, order=((0, 2), (1, 3)))},
            ),
            ("at place 2 the angles are twice 60° and 20°", {"turned": turn(QUERY, 1)}),
            (
                "the second pair turns by 20°, not by 60°",
                {"turned": turn(QUERY, 2, degrees=(60, 60))},
            ),
            (
                "the key stands one place before the query here, not after it",
                {"score": score(3, 4)},
            ),
            ("the query and the key are not turned at all", {"score": score(0, 0)}),
            ("a score depends on the distance only: 1004 and 1003 are as far apart as 4 and 3", {"far": 0}),
            ("with the key after the query, the sine changes its sign", {"after": score(4, 3)}),
            ("asked for is the place of the key; 3 is its distance from the query", {"best": 3}),
            ("the key points ahead of the query, so it must stand before it: it has been turned less", {"best": 13}),
        ],
    ),
    Exercise(
        id="15.2",
        title="Build the rotation",
        points=3,
        truth=(rotated(), largest_change),
        cases=rotation_cases,
        run=turn_both,
        mistakes=ROTATION_MISTAKES,
    ),
    Exercise(
        id="15.3",
        title="Find the bug: the wrong order",
        points=2,
        truth=to_neighbours,
        cases=conversion_cases,
        axes="row column",
        mistakes=[
            (
                "the rows of all heads are mixed: each head has two halves of its own",
                lambda weight, heads: to_neighbours(weight, 1),
            ),
            (
                "this is the way back, from neighbours to halves",
                lambda weight, heads: weight.unflatten(0, (heads, -1, 2)).transpose(1, 2).flatten(0, 2),
            ),
            (
                "the columns are permuted; a head's numbers are the rows of the matrix",
                lambda weight, heads: to_neighbours(weight.T, heads).T,
            ),
            ("nothing is permuted", lambda weight, heads: weight),
            ("only the first head is permuted", only_the_first_head),
            (
                "in each pair, the number of the first half comes first",
                lambda weight, heads: to_neighbours(weight.unflatten(0, (heads, 2, -1)).flip(1).flatten(0, 2), heads),
            ),
        ],
    ),
    Exercise(
        id="15.4",
        title="Probe the places",
        points=2,
        truth=read_places,
        cases=probe_cases,
        mistakes=[
            ("the probe is judged on the pieces it was trained on", probed_with(judge=lambda known, unseen: known)),
            ("place 0 is counted; it holds <bos>, and anyone can tell that", probed_with(first=0)),
            ("the labels are in the wrong order: 1 to T − 1, again and again", probed_with(labels=REPEATED)),
            ("the errors have signs: too far and too near cancel out", probed_with(error=lambda wrong: wrong)),
            ("exact is a share, from 0 to 1, not percent", probed_with(scale=100)),
            ("middle is the mean error of always saying T / 2, not this place", probed_with(middle=lambda T: T / 2)),
        ],
    ),
]
