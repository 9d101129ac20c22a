"""The two boxes of an encoder layer that look at one token: the feed-forward network and the normalization."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def box_cases(seed):
    D, hidden = number(seed, 3, 5), number(seed + 1, 7, 11)
    x, W_1, b_1, W_2, b_2, scale, shift = random_tensors(
        seed, (2, 6, D), (D, hidden), (hidden,), (hidden, D), (D,), (D,), (D,)
    )
    flat = x.clone()
    flat[0, 1] = 3.0  # a token whose numbers are all the same, and one in which they nearly are: ε decides
    flat[0, 2] = 3.0 + 0.1 * torch.arange(D) / D
    rest = W_1, b_1, W_2, b_2, scale, shift
    sizes = (3, 1, 12), (12, 17), (17,), (17, 12), (12,), (12,), (12,)
    return [(x, *rest), (scattered(flat) + 1, *rest), tuple(random_tensors(seed, *sizes, dtype=torch.float64))]


def feed_forward(x, W_1, b_1, W_2, b_2):
    """B T D -> B T D."""
    return (x @ W_1 + b_1).relu() @ W_2 + b_2


def normalize(x, scale, shift):
    """B T D -> B T D."""
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)
    return centred / (variance + 1e-5).sqrt() * scale + shift


def run_boxes(functions, x, W_1, b_1, W_2, b_2, scale, shift):
    network, norm = functions
    return {"feed_forward": network(x, W_1, b_1, W_2, b_2), "normalize": norm(x, scale, shift)}


TWO_BOXES = Exercise(
    id="02.7",
    title="Two boxes as code",
    points=3,
    truth=(feed_forward, normalize),
    cases=box_cases,
    run=run_boxes,
    mistakes=[
        ("feed_forward: without ReLU between them, two linear layers are one", Edit(".relu() → ")),
        (
            "feed_forward: no ReLU at the end: the output may be negative",
            Edit("return (x @ W_1 + b_1).relu() @ W_2 + b_2 → return ((x @ W_1 + b_1).relu() @ W_2 + b_2).relu()"),
        ),
        (
            "feed_forward: ReLU stands between the two layers",
            Edit("return (x @ W_1 + b_1).relu() @ W_2 + b_2 → return ((x @ W_1 + b_1) @ W_2 + b_2).relu()"),
        ),
        ("feed_forward: the first bias is missing", Edit(" + b_1 → ")),
        ("feed_forward: the second bias is missing", Edit(" + b_2 → ")),
        ("feed_forward: the biases are missing", Edit(" + b_1 → ", " + b_2 → ")),
        (
            "normalize: over the D numbers of each token, not over its sentence",
            Edit("x.mean(dim=-1 → x.mean(dim=1", "square().mean(dim=-1 → square().mean(dim=1"),
        ),
        (
            "normalize: over the D numbers of each token, not over all numbers",
            Edit("x.mean(dim=-1 → x.mean(dim=(0, 1, 2)", "square().mean(dim=-1 → square().mean(dim=(0, 1, 2)"),
        ),
        (
            "normalize: divide the sum of the squares by D; `var` and `std` take D − 1",
            Edit("centred.square().mean(dim=-1, keepdim=True) → x.var(dim=-1, keepdim=True)"),
        ),
        ("normalize: divide by the root of the variance", Edit(".sqrt() → ")),
        ("normalize: the mean is not subtracted", Edit("centred / (variance → x / (variance")),
        (
            "normalize: ε stands under the root, added to the variance",
            Edit("(variance + 1e-5).sqrt() → (variance.sqrt() + 1e-5)"),
        ),
        ("normalize: ε is 0.00001", Edit("1e-5 → 1e-8")),
        ("normalize: ε is 0.00001", Edit("1e-5 → 1e-6")),
        ("normalize: a token of equal numbers gets NaN: ε is missing under the root", Edit(" + 1e-5 → ")),
        ("normalize: the scale is missing", Edit(" * scale → ")),
        ("normalize: the shift is missing", Edit(" + shift → ")),
        (
            "normalize: first the scale, then the shift",
            Edit("return centred → return (centred", ".sqrt() * scale + shift → .sqrt() + shift) * scale"),
        ),
        (
            "normalize: over the D numbers of each token, not over its sentence as well",
            Edit("x.mean(dim=-1 → x.mean(dim=(1, 2)", "square().mean(dim=-1 → square().mean(dim=(1, 2)"),
        ),
        (
            "normalize: the scale comes last; here the numbers are scaled before they are normalized",
            Edit("centred = x → x = x * scale\n    centred = x", ".sqrt() * scale → .sqrt()"),
        ),
    ],
)
