"""Exercises of lesson 15: RoPE."""

import torch

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.rotating import ROTATION
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER

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


# 15.3 Find the bug: the wrong order
def conversion_cases(seed):
    one, three, two = random_tensors(seed, (8, 12), (24, 12), (12, 24))
    return [(one, 1), (three, 3), (scattered(two), 2), (three.double(), 3)]


def only_the_first_head(weight, heads):
    E = len(weight) // heads
    return torch.cat([convert(weight[:E], 1), weight[E:]])


def the_first_head_for_all(weight, heads):
    return convert(weight[: len(weight) // heads], 1).repeat(heads, 1)


def convert(weight, heads):
    """Rows for pairs of halves -> rows for pairs of neighbours, H·E D both."""
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
    Exercise(
        id="15.1",
        title="On paper",
        points=2,
        truth=paper,
        tolerance=5e-3,
        mistakes=[
            (
                "turned the other way round: from the first number towards the second",
                {"turned": [-0.5, -0.866, 0.766, -0.6428]},
            ),
            (
                "neighbours are a pair: x0 with x1, not with x2",
                {"turned": [-1.366, 0, 0.366, 0]},
            ),
            ("at place 2 the angles are twice 60° and 20°", {"turned": [0.5, 0.866, 0.9397, 0.342]}),
            (
                "the second pair turns by 20°, not by 60°",
                {"turned": [-0.5, 0.866, -0.5, 0.866]},
            ),
            (
                "the key stands one place before the query here, not after it",
                {"score": 0.0737},
            ),
            ("the query and the key are not turned at all", {"score": 1}),
            ("with the key after the query, the sine changes its sign", {"after": 1.8057}),
            ("asked for is the place of the key; 3 is its distance from the query", {"best": 3}),
            ("the key points ahead of the query, so it must stand before it: it has been turned less", {"best": 13}),
            ("the key is turned, too: what counts is the distance, not the place of the query", {"score": -0.6924}),
            ("the cosine keeps its sign: only the sine changes it", {"after": -1.8057}),
            ("the cosine keeps its sign: only the sine changes it", {"after": -0.0737}),
            ("place 2 is two turns, not three", {"turned": [-1, 0, 0.5, 0.866]}),
            ("at the query's own place the key points ahead of it: turned less, it meets it", {"best": 10}),
            ("the key points 180° and 60° ahead: by how many turns of 60° and 20°?", {"best": ANY_OTHER}),
            ("a score depends on the distance only: 1004 and 1003 are as far apart as 4 and 3", {"far": ANY_OTHER}),
        ],
    ),
    ROTATION,
    Exercise(
        id="15.3",
        title="Find the bug: the wrong order",
        points=2,
        truth=convert,
        cases=conversion_cases,
        axes="row column",
        mistakes=[
            (
                "the rows of all heads are mixed: each head has two halves of its own",
                Edit("heads, 2, -1 → 1, 2, -1"),
            ),
            (
                "this is the way back, from neighbours to halves",
                Edit("heads, 2, -1 → heads, -1, 2"),
            ),
            (
                "the columns are permuted; a head's numbers are the rows of the matrix",
                lambda weight, heads: convert(weight.T, heads).T,
            ),
            ("nothing is permuted", Edit(".transpose(1, 2) → ")),
            ("only the first head is permuted", only_the_first_head),
            (
                "in each pair, the number of the first half comes first",
                Edit(".transpose → .flip(1).transpose"),
            ),
            ("each head has rows of its own; here all get those of the first head", the_first_head_for_all),
        ],
    ),
    Exercise(
        id="15.4",
        title="Probe the places",
        points=2,
        truth=read_places,
        cases=probe_cases,
        mistakes=[
            (
                "the probe is judged on the pieces it was trained on",
                Edit("unseen[:, 1:] → known[:, 1:]", "len(unseen) → len(known)"),
            ),
            (
                "place 0 is counted; it holds <bos>, and anyone can tell that",
                Edit(
                    "arange(1, known.shape[1]) → arange(known.shape[1])",
                    "known[:, 1:] → known",
                    "unseen[:, 1:] → unseen",
                    "middle = (places → middle = (places[1:]",
                ),
            ),
            (
                "the labels are in the wrong order: 1 to T − 1, again and again",
                Edit(
                    "repeat(len(known)) → repeat_interleave(len(known))",
                    "repeat(len(unseen)) → repeat_interleave(len(unseen))",
                ),
            ),
            (
                "behind <bos> stands place 1, not place 0",
                Edit("arange(1, known.shape[1]) → arange(known.shape[1] - 1)"),
            ),
            ("the errors have signs: too far and too near cancel out", Edit(".abs().float() → .float()")),
            ("exact is a share, from 0 to 1, not percent", Edit("(errors == 0) → 100 * (errors == 0)")),
            (
                "middle is the mean error of always saying T / 2, not this place",
                Edit("(places - known.shape[1] / 2).abs().mean() → known.shape[1] / 2"),
            ),
            *[
                (
                    "the labels are in the wrong order: 1 to T − 1, again and again",
                    Edit(f"repeat(len({one})) → repeat_interleave(len({one}))"),
                )
                for one in ("known", "unseen")
            ],
            (
                "errors up and down cancel: take their size before the mean",
                Edit(".abs().float() → .float()", "errors.mean() → errors.mean().abs()"),
            ),
            (
                "wrong by: the mean goes over all tokens, also over those that are right",
                Edit("errors.mean() → errors[errors > 0].mean()"),
            ),
        ],
    ),
]
