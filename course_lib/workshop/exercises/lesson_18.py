"""Exercises of lesson 18: grouped-query attention."""

import math

import torch

from course_lib.workshop.exercises.cases import number, random_tensors, scattered
from course_lib.workshop.exercises.exercise import Exercise
from course_lib.workshop.exercises.units import of_bytes


# 18.1 Who reads whom?
def drawn():
    return {"A": "MQA", "B": "GQA", "C": "MHA", "pairs": 4, "wrong": "D", "reads": [h // 4 for h in range(12)]}


# 18.2 Bytes: Llama 2 7B
def bill():
    parameters = {f"parameters, K = {K}": 32 * (2 * 4096 * 32 * 128 + 2 * 4096 * K * 128) / 1e6 for K in (32, 8, 1)}
    cache = {f"cache, K = {K}": 2 * 32 * K * 128 * 4096 * 2 / 2**30 for K in (32, 8, 1)}
    return {**parameters, **cache, "parameters, context doubled": 1, "cache, context doubled": 2}


# 18.3 Find the bug: repeat
def repeat_cases(seed):
    width = number(seed, 3, 6)
    one, many, all_own = random_tensors(seed, (2 * width, 7), (15, 11), (12, 5))
    return [(one, 2, 6), (scattered(many), 3, 12), (all_own.double(), 4, 4), (one[:width], 1, 4)]


def repeated(weight, num_kv_heads, num_heads):
    """K·E D -> H·E D."""
    heads = weight.unflatten(0, (num_kv_heads, -1))
    return heads.repeat_interleave(num_heads // num_kv_heads, dim=0).flatten(0, 1)


# 18.4 A fair fight
losses = {"A": [1.105, 1.113, 1.129], "B": [1.187, 1.168, 1.150], "C": [1.023, 1.002, 1.026]}


def fight():
    gap = (sum(losses["B"]) - sum(losses["A"])) / 3
    return {
        "numbers A": 2 * 2 * 1 * 8,
        "numbers B": 2 * 2 * 1 * 8,
        "numbers C": 2 * 2 * 8 * 8,
        "fair": {"A", "B"},
        "gap": gap,
        "overlap": "no",
        "parameters": "A",
    }


# 18.5 Your own conversion
def conversion_cases(seed):
    cases = []
    for groups, E, D in (
        ([[3, 1], [0, 2]], 3, 5),
        ([[0, 3], [1, 4], [2, 5]], 2, 7),
        ([[2, 0, 6, 8, 1, 5, 3, 7, 4]], 4, 3),
    ):
        size = sum(map(len, groups)) * E
        cases.append((*random_tensors(seed + D, (size, D), (size, D), (D, size)), groups))
    return cases


def convert(q_proj, k_proj, o_proj, groups):
    """H·E D, H·E D, D H·E -> H·E D, K·E D, D H·E."""
    order = sum(groups, [])
    q, k = (weight.unflatten(0, (len(order), -1)) for weight in (q_proj, k_proj))
    o = o_proj.unflatten(1, (len(order), -1))
    means = torch.stack([k[group].mean(dim=0) for group in groups])
    return q[order].flatten(0, 1), means.flatten(0, 1), o[:, order].flatten(1)


def run_conversion(answer, *case):
    result = answer(*case)
    named = isinstance(result, tuple | list) and len(result) == 3
    return dict(zip(("q_proj", "k_proj", "o_proj"), result, strict=True)) if named else result


# 18.6 How much comes back
class Pupil:
    """Stands for a model: what it knows falls when it is converted, and comes back with each step."""

    def __init__(self, loss, floor, num_kv_heads=8, rate=0.01):
        self.loss, self.floor, self.num_kv_heads, self.rate = loss, floor, num_kv_heads, rate


def convert_pupil(model, num_kv_heads):
    return Pupil(model.loss + 4 / num_kv_heads, model.floor + 0.1, num_kv_heads, model.rate)


def fit_pupil(model, steps):
    model.loss = model.floor + (model.loss - model.floor) * math.exp(-model.rate * steps)
    return model


def score_pupil(model):
    return model.loss


TOOLS = (convert_pupil, fit_pupil, score_pupil)


def pupils(seed):
    first = Pupil(0.5 + 0.1 * number(seed, 1, 5), 0.4, rate=0.004 * number(seed + 1, 1, 5))
    return [(first, 2, 1600, *TOOLS), (Pupil(1.3, 1.1), 4, 700, *TOOLS), (Pupil(0.9, 0.8, rate=0.02), 1, 500, *TOOLS)]


def uptrain(model, num_kv_heads, steps, convert, fit, score):
    """A trained model -> broken, uptrained, recovered."""
    target, converted = score(model), convert(model, num_kv_heads)
    broken = score(converted)
    uptrained = score(fit(converted, steps // 10))
    return {"broken": broken, "uptrained": uptrained, "recovered": (broken - uptrained) / (broken - target)}


EXERCISES = [
    Exercise(id="18.1", title="Who reads whom?", points=2, truth=drawn),
    Exercise(
        id="18.2",
        title="Bytes",
        points=2,
        truth=bill,
        tolerance=4e-4,
        mistakes=[*of_bytes(bill(), *(f"cache, K = {K}" for K in (32, 8, 1)))],
    ),
    Exercise(
        id="18.3",
        title="Find the bug: repeat",
        points=2,
        truth=repeated,
        cases=repeat_cases,
        axes="row column",
    ),
    Exercise(id="18.4", title="A fair fight", points=2, truth=fight, tolerance=3e-3),
    Exercise(
        id="18.5", title="Your own conversion", points=3, truth=convert, cases=conversion_cases, run=run_conversion
    ),
    Exercise(id="18.6", title="How much comes back?", points=2, truth=uptrain, cases=pupils),
]
