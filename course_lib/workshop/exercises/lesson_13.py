"""Exercises of lesson 13: rewards and policy gradients."""

from itertools import permutations

import torch
import torch.nn.functional as F

from course_lib.workshop.exercises.cases import random_tensors, rng
from course_lib.workshop.exercises.exercise import Exercise


# 13.1 Three steps
def steps():
    return {"1": {"A", "D", "G", "J"}, "2": {"B", "E", "H", "K"}, "3": {"C", "F", "I", "L"}}


# 13.2 A judge on trial
def judge_cases(seed):
    """Pairs (better, worse) of answers, each of which has won against each; their number, 4 or 5; 27 margins."""
    count = 4 + seed % 2
    skill, margins, size = random_tensors(seed, (count,), (27,), (27,))
    once = torch.tensor(list(permutations(range(count), 2)))
    either = once[torch.randint(len(once), (30,), generator=rng(seed))]
    order = (skill[either[:, 0]] < skill[either[:, 1]]).long()[:, None]
    pairs = torch.cat([once, either.gather(1, torch.cat([order, 1 - order], dim=1))])
    return [(pairs, count, (margins + 0.4) * (size + 1.0).exp())]


def on_trial(pair, pairs, count, margins):
    """Scores without their zero, which says nothing, and the trial."""
    train, judge = pair
    scores = train(pairs, count)
    if scores is not None:
        scores = torch.as_tensor(scores).detach().double()
        scores = scores - scores.mean()
    return {"scores": scores, "trial": judge(margins)}


def train_scores(pairs, count):
    """Pairs N 2 (better, worse) -> the scores of `count` answers."""
    scores = torch.zeros(count, requires_grad=True)
    optimizer = torch.optim.SGD([scores], lr=2.0)
    for _ in range(300):
        optimizer.zero_grad()
        loss = -F.logsigmoid(scores[pairs[:, 0]] - scores[pairs[:, 1]]).mean()
        loss.backward()
        optimizer.step()
    return scores.detach()


def put_on_trial(margins):
    """Margins N -> for each third, least sure first: how sure, how often right; 3 2."""
    parts = margins.abs().argsort().tensor_split(3)
    return [[margins[part].abs().sigmoid().mean(), (margins[part] > 0).float().mean()] for part in parts]


# 13.3 The best baseline
def results():
    p, rewards = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([1.0, 0.5, 0.0])
    mean = p @ rewards
    gradient = p * (rewards - mean)
    lengths = (torch.eye(3) - p).square().sum(dim=1)  # of the gradient of log p(answer)
    without, with_mean = (p @ (lengths * (rewards - b).square()) - gradient @ gradient for b in (0, mean))
    best = p @ (lengths * rewards) / (p @ lengths)
    return {"gradient": gradient, "variance 0": without, "variance mean": with_mean, "best": best}


# 13.4 A pleased judge
def diagnosis():
    return {"hacker": "P", "turn": 2, "idle": "S", "broken": "R", "learn": {"Q", "T"}}


EXERCISES = [
    Exercise(id="13.1", title="Three steps", points=1, truth=steps),
    Exercise(
        id="13.2",
        title="A judge on trial",
        points=3,
        truth=(train_scores, put_on_trial),
        cases=judge_cases,
        run=on_trial,
        tolerance=3e-3,
    ),
    Exercise(id="13.3", title="The best baseline", points=3, truth=results, tolerance=5e-3),
    Exercise(id="13.4", title="A pleased judge", points=2, truth=diagnosis),
]
