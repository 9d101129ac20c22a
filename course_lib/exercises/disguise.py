"""Patches and a linear layer, or a convolution in disguise."""

import torch.nn.functional as F

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


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


DISGUISE = Exercise(
    id="23.2",
    title="A linear layer in disguise",
    points=3,
    truth=(cut, to_kernel),
    cases=cut_cases,
    run=run_disguise,
    mistakes=[
        (
            "the patches go column by column; reading order was meant",
            Edit("permute(0, 2, 4, 1, 3, 5) → permute(0, 4, 2, 1, 3, 5)"),
        ),
        (
            "the colours of a pixel stand together; first comes all of red",
            Edit("permute(0, 2, 4, 1, 3, 5) → permute(0, 2, 4, 3, 5, 1)"),
        ),
        (
            "within a patch it goes down the columns; row by row was meant",
            Edit("permute(0, 2, 4, 1, 3, 5) → permute(0, 2, 4, 1, 5, 3)"),
        ),
        (
            "each column is a patch; exchange the last two axes",
            (lambda x, n: F.unfold(x, n, stride=n), to_kernel),
        ),
        (
            "the window moves by one pixel; patches don't overlap",
            (lambda x, n: F.unfold(x, n).mT, to_kernel),
        ),
        (
            "a kernel has the axes D C Y X: colours before pixels",
            Edit(
                "weight.reshape(len(weight), channels, size, size) → "
                "weight.reshape(len(weight), channels, size, size).permute(0, 2, 3, 1)"
            ),
        ),
        (
            "rows and columns of the window are exchanged",
            Edit(
                "weight.reshape(len(weight), channels, size, size) → "
                "weight.reshape(len(weight), channels, size, size).mT"
            ),
        ),
        (
            "the window need not be turned round",
            Edit(
                "weight.reshape(len(weight), channels, size, size) → "
                "weight.reshape(len(weight), channels, size, size).flip(2, 3)"
            ),
        ),
        (
            "D comes first: a kernel for each output",
            Edit(
                "weight.reshape(len(weight), channels, size, size) → "
                "weight.reshape(len(weight), channels, size, size).transpose(0, 1)"
            ),
        ),
        (
            "these are the weights as they were: D rows of numbers",
            Edit("weight.reshape(len(weight), channels, size, size) → weight"),
        ),
    ],
)
