"""Exercises of lesson 08: architectural variants."""

import torch

from course_lib.workshop.exercises.cases import number, random_tensors
from course_lib.workshop.exercises.exercise import Exercise


# 08.1 Draw a prefix
def draw(prefix, length):
    """The mask of a decoder with a prefix, bool: length length."""
    places = torch.arange(length)
    return (places <= places[:, None]) | (places < prefix)


def mixer(mask, strength=1.0):
    """A model T D -> T D in which each token hears the mean of those that it may see."""
    shares = mask / mask.sum(dim=1, keepdim=True)

    def model(x):
        return x.sin() * mask.diagonal()[:, None] + strength * shares @ x

    return model


def models(prefix, length):
    """Masks that a leak test must tell apart."""
    ones = torch.ones(length, length, dtype=torch.bool)
    skip, prefixed = ones.tril(), ones.tril()
    skip[-1, 1], prefixed[:, :prefix] = False, True
    return [prefixed, ones, ones.tril(), ones.triu(), ones.tril(-1) | ~ones.tril(), skip]


def prefix_cases(seed):
    prefix = number(seed, 3, 4)
    x, wide = random_tensors(seed, (7, 5), (5, 9))
    faint = mixer(torch.ones(7, 7, dtype=torch.bool), strength=0.01)
    others = (1, 7, faint, x), (2, 5, narrow, x[:5]), (3, 7, balanced, x), (1, 5, from_the_last, wide)
    return [(prefix, 7, mixer(mask), x) for mask in models(prefix, 7)] + [*others]


def narrow(x):
    """A model T D -> T D in which only the first number of a state hears the tokens up to its own."""
    return torch.cat([x[:, :1].cumsum(dim=0), torch.zeros_like(x[:, 1:])], dim=1)


def from_the_last(x):
    """A model T D -> T D in which only the last number of a state hears the tokens up to its own."""
    return narrow(x.flip(1)).flip(1)


def balanced(x):
    """A model T D -> T D in which a state hears all tokens, and always sums to 0."""
    heard = x.sum(dim=1).cumsum(dim=0).flip(0)[:, None]
    return torch.cat([heard, -heard, torch.zeros_like(x[:, 2:])], dim=1)


def prove(model, x):
    """Which state (row) of `model` (T D -> T D) changes with which token (column): bool, T T."""
    before, columns = model(x), []
    for j in range(len(x)):
        other = x.clone()
        other[j] += 1
        columns.append((model(other) != before).any(dim=1))
    return torch.stack(columns, dim=1)


def draw_and_prove(pair, prefix, length, model, x):
    drawing, proof = pair
    return {"mask": drawing(prefix, length), "leaks": proof(model, x)}


# 08.2 Three exercises by hand
def made():
    return {
        "masked reads": "bruno saw a <mask> cup near the old house <eos>",
        "masked labels": "- - - small bird - - - house -",
        "causal reads": "<bos> bruno saw a small bird near the old house",
        "causal labels": "bruno saw a small bird near the old house <eos>",
        "spans source": "bruno saw <gap0> near the <gap1> house <eos>",
        "spans target": "<gap0> a small bird <gap1> old <eos>",
    }


# 08.3 Count the labels
def counted():
    return {
        "masked": 60,
        "hidden": 48,
        "kept": 6,
        "causal": 400,
        "A": "everything",
        "B": "right",
        "C": "padding",
        "D": "only masks",
    }


# 08.4 Probe another thing
def probe_cases(seed):
    seen, new, weights, noise = random_tensors(seed, (31, 4), (17, 4), (4,), (48,))
    y = torch.cat([seen, new]) @ weights + 0.5 * noise + 3
    return [(seen, y[:31], new, y[31:]), (new, y[31:], seen, y[:31])]


def probe(seen, y, new, new_y):
    """States N D with numbers N, and those of the exam -> a dict with the errors of probe and control."""
    a, b = (torch.cat([states, torch.ones(len(states), 1)], dim=1) for states in (seen, new))
    weights = torch.linalg.lstsq(a, y[:, None]).solution[:, 0]
    return {"probe": (b @ weights - new_y).abs().mean(), "control": (y.mean() - new_y).abs().mean()}


# 08.5 A fairer budget
def claims():
    return {"a": True, "b": False, "c": False, "d": True, "e": False, "lead": 81 - 75, "steps": 800 / 0.15}


# 08.6 Which one for which job?
def jobs():
    return {
        "search": "encoder",
        "chat": "decoder",
        "names": "encoder",
        "translate": "encoder-decoder",
        "code": "decoder",
        "grade": "encoder",
    }


EXERCISES = [
    Exercise(id="08.1", title="Draw a prefix", points=3, truth=(draw, prove), cases=prefix_cases, run=draw_and_prove),
    Exercise(id="08.2", title="Three exercises by hand", points=2, truth=made),
    Exercise(id="08.3", title="Count the labels", points=2, truth=counted, tolerance=1e-3),
    Exercise(id="08.4", title="Probe another thing", points=3, truth=probe, cases=probe_cases, tolerance=1e-3),
    Exercise(id="08.5", title="A fairer budget", points=2, truth=claims, tolerance=1e-3),
    Exercise(id="08.6", title="Which one for which job?", points=1, truth=jobs),
]
