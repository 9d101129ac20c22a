"""Answers to the exercises of lesson 23."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ROLLOUT = {"layer 1": [[0.6, 0.1, 0.3], [0.2, 0.8, 0], [0, 0.1, 0.9]]}
ROLLOUT |= {"layer 2": [[0.7, 0.3, 0], [0.1, 0.8, 0.1], [0.2, 0, 0.8]], "class token": (0.48, 0.31, 0.21)}
ROLLOUT |= {"share": (31 / 52, 21 / 52), "by patch 1": 0.24, "by the class token": 0.07}


def cut_by_loops(pixels, size):
    _, _, height, width = pixels.shape
    squares = [
        pixels[:, :, y : y + size, x : x + size].flatten(1)
        for y in range(0, height, size)
        for x in range(0, width, size)
    ]
    return torch.stack(squares, dim=1)


def cut_by_unfold(pixels, size):
    return F.unfold(pixels, (size, size), stride=(size, size)).permute(0, 2, 1)


def cut_in_numpy(pixels, size):
    x = pixels.numpy()
    B, C, Y, X = x.shape
    x = x.reshape(B, C, Y // size, size, X // size, size)
    return np.einsum("bcpyqx->bpqcyx", x).reshape(B, -1, C * size**2)


def cut_by_a_convolution(pixels, size):
    """Each number of a patch is the output of a window with a single one in it."""
    F_ = pixels.shape[1] * size * size
    return F.conv2d(pixels, torch.eye(F_).view(F_, -1, size, size), stride=size).flatten(2).mT.double()


def kernel_by_loops(weight, channels, size):
    kernel = torch.zeros(weight.shape[0], channels, size, size)
    for c in range(channels):
        for y in range(size):
            for x in range(size):
                kernel[:, c, y, x] = weight[:, (c * size + y) * size + x]
    return kernel


def kernel_by_unflatten(weight, channels, size):
    return weight.unflatten(1, (channels, size, size))


def kernel_in_numpy(weight, channels, size):
    return np.asarray(weight).reshape(-1, channels, size, size)


def summary_by_filling(patches, token, positions, layers, norm):
    B, P, D = patches.shape
    x = torch.empty(B, P + 1, D)
    x[:, 0], x[:, 1:] = token + positions[0], patches + positions[1:]
    for layer in layers:
        x = layer(x)
    return norm(x)[:, 0]


def summary_by_sequential(patches, token, positions, layers, norm):
    token = token.repeat(patches.shape[0], 1, 1)
    return nn.Sequential(*layers, norm)(torch.hstack([token, patches]) + positions.unsqueeze(0))[:, 0, :]


def summary_one_by_one(patches, token, positions, layers, norm):
    found = []
    for picture in patches:
        x = (torch.vstack([token, picture]) + positions)[None]
        for layer in layers:
            x = layer(x)
        found.append(norm(x[0, 0]))
    return found


DEAR = {"23.3"}  # in the slow tests
RIGHT = {
    "23.2": [
        (cut_by_loops, kernel_by_loops),
        (cut_by_unfold, kernel_by_unflatten),
        (cut_in_numpy, kernel_in_numpy),
        (cut_by_a_convolution, kernel_by_unflatten),
    ],
    "23.3": [summary_by_filling, summary_by_sequential, summary_one_by_one],
}

WRONG = {
    "23.1": [
        ({"patches": 34}, "patches: yours is 34, the true value is 35"),
        ({"input": (4, 432, 36)}, "input: at [1]: yours is 432, the true value is 36"),
    ],
    "23.2": [
        ((lambda *case: cut_by_loops(*case)[:, :, :-1], kernel_by_loops), "patches: yours has the shape"),
        ((lambda *case: cut_by_loops(*case).flip(1), kernel_by_loops), "another order"),
        ((cut_by_unfold, lambda weight, channels, size: weight.view(size, channels)), "your code raises RuntimeError"),
        ((cut_by_unfold, lambda *case: 2 * kernel_by_unflatten(*case)), "every number is 2 times the true one"),
    ],
    "23.3": [
        (lambda patches, token, *_: token.expand(len(patches), -1), "yours is"),
        (lambda patches, token, *_: torch.cat([token, patches], dim=1), "your code raises"),
    ],
    "23.4": [({"two rows, no positions": 9}, "two rows, no positions: yours is 9, the true value is 8")],
    "23.5": [
        ({"class token": (0.42, 0.4, 0.18)}, "class token: at [0]: yours is 0.42, the true value is 0.48"),
        ({"layer 2": ROLLOUT["layer 1"]}, "layer 2: at"),
    ],
    "23.6": [
        ({"lost": 2}, "lost: yours is 2, the true value is 24"),
        ({"as good as 120": 420}, "choose one of the four numbers of digits"),
        ({"as good as 120": 457}, "choose one of the four numbers of digits"),
        ({"A": "convolutions", "C": "transformer"}, "A begins low"),
    ],
}

READ_OFF = {"23.6"}  # a number that is read off a curve
