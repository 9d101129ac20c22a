"""Exercises of lesson 23: vision transformers."""

import torch
from torch import nn

from course_lib.workshop.exercises.cases import random_tensors, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 23.1 Numbers on the way: 4 pictures of 60 x 84 pixels, patches of 12 x 12, D = 50; the green of a pixel
def way():
    return {
        "patches": 35,
        "flat": 432,
        "input": (4, 36, 50),
        "weights": 432 * 50 + 50,
        "positions": 36 * 50,
        "patch": 2 * 7 + 4,
        "place": 144 + 6 * 12 + 2,
    }


# 23.2 A linear layer in disguise
def cut_cases(seed):
    cases = []
    for B, C, size, rows, columns, D in ((2, 3, 4, 2, 5, 7), (1, 1, 2, 3, 2, 5), (3, 2, 3, 4, 1, 11)):
        pixels, weight = random_tensors(seed + D, (B, C, size * rows, size * columns), (D, C * size * size))
        cases.append((scattered(pixels), scattered(weight), size))
    return cases


def run_disguise(functions, pixels, weight, size):
    cut, kernel = functions
    return {"patches": cut(pixels, size), "kernel": kernel(weight, pixels.shape[1], size)}


def cut(pixels, size):
    """B C Y X -> B P F."""
    parts = pixels.unflatten(3, (-1, size)).unflatten(2, (-1, size))  # B C rows y columns x
    return parts.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def to_kernel(weight, channels, size):
    """D F -> D C Y X."""
    return weight.reshape(len(weight), channels, size, size)


# 23.3 A colleague's tower
def tower_cases(seed):
    cases = []
    for B, P, D, depth in ((2, 6, 8, 3), (3, 4, 12, 2), (1, 11, 4, 2)):
        patches, token, positions, scale = random_tensors(seed + P, (B, P, D), (D,), (P + 1, D), (D,))
        norm = nn.LayerNorm(D).requires_grad_(False)
        norm.weight.copy_(scale)
        cases.append((scattered(patches), token, positions, torch_layers(seed, D, depth), norm))
    return cases


def torch_layers(seed, D, depth):
    """Encoder layers of torch's, with the same weights for the same seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        settings = {"nhead": 2, "dim_feedforward": 3 * D, "dropout": 0.0, "norm_first": True, "batch_first": True}
        return [nn.TransformerEncoderLayer(D, **settings).requires_grad_(False) for _ in range(depth)]


def summary(patches, token, positions, layers, norm):
    """B P D -> B D."""
    x = torch.cat([token.expand(len(patches), 1, -1), patches], dim=1) + positions
    for layer in layers:
        x = layer(x)
    return norm(x[:, 0])


# 23.4 Half a shuffle: 3 rows of 4 patches; which of the 13 vectors behind the layers are no longer the same?
def other():
    return {
        "a pixel, before the layers": 1,
        "a pixel": 13,
        "two patches": 13,
        "two patches, no positions": 2,
        "two rows, no positions": 8,
        "two patches and their positions": 2,
        "two black patches": 0,
        "logits": 10,
        "logits, no positions": 0,
    }


# 23.5 Rollout by hand
def rollout():
    heads = torch.tensor([[[0.4, 0, 0.6], [0.8, 0.2, 0], [0, 0.4, 0.6]], [[0, 0.4, 0.6], [0, 1, 0], [0, 0, 1]]])
    second = torch.tensor([[0.4, 0.6, 0], [0.2, 0.6, 0.2], [0.4, 0, 0.6]])
    one, two = (heads.mean(dim=0) + torch.eye(3)) / 2, (second + torch.eye(3)) / 2
    seen = (two @ one)[0]
    return {
        "layer 1": one,
        "layer 2": two,
        "class token": seen,
        "share": seen[1:] / seen[1:].sum(),
        "by patch 1": two[0, 1] * one[1, 1],
        "by the class token": two[0, 0] * one[0, 1],
    }


# 23.6 With fewer pictures: the means of the study few_digits
def compared():
    return {
        "A": "transformer",
        "B": "without positions",
        "C": "convolutions",
        "gap at 40": 29.0,
        "as good as 120": 400,
        "lost": 24.0,
    }


EXERCISES = [
    Exercise(id="23.1", title="Numbers on the way", points=2, truth=way),
    Exercise(
        id="23.2",
        title="A linear layer in disguise",
        points=3,
        truth=(cut, to_kernel),
        cases=cut_cases,
        run=run_disguise,
    ),
    Exercise(
        id="23.3",
        title="Find the bug: a colleague's tower",
        points=2,
        truth=summary,
        cases=tower_cases,
        axes="picture dimension",
    ),
    Exercise(id="23.4", title="Half a shuffle", points=2, truth=other),
    Exercise(id="23.5", title="Rollout by hand", points=3, truth=rollout, tolerance=5e-3),
    Exercise(id="23.6", title="With fewer pictures", points=2, truth=compared, tolerance=0.1),
]
