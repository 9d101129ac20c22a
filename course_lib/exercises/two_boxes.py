"""The two boxes of an encoder layer that look at one token: the feed-forward network and the normalization."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise

EPS = 1e-5


def box_cases(seed):
    D, hidden = number(seed, 3, 5), number(seed + 1, 7, 11)
    x, W_1, b_1, W_2, b_2, scale, shift = random_tensors(
        seed, (2, 6, D), (D, hidden), (hidden,), (hidden, D), (D,), (D,), (D,)
    )
    flat = x.clone()
    flat[0, 1] = 3.0  # a token whose numbers are all the same
    rest = W_1, b_1, W_2, b_2, scale, shift
    return [(x, *rest), (scattered(flat) + 1, *rest), (x[:, :1].double(), *(part.double() for part in rest))]


def feed_forward(x, W_1, b_1, W_2, b_2, bend=torch.relu, end=lambda y: y):
    return end(bend(x @ W_1 + b_1) @ W_2 + b_2)


def normalize(x, scale, shift, axis=-1, eps=EPS, correction=0, root=torch.sqrt, centre=True):
    variance = x.var(dim=axis, correction=correction, keepdim=True)
    centred = x - x.mean(dim=axis, keepdim=True) * centre
    return centred / root(variance + eps) * scale + shift


def run_boxes(functions, x, W_1, b_1, W_2, b_2, scale, shift):
    network, norm = functions
    result = {"feed_forward": network(x, W_1, b_1, W_2, b_2)} if network else {}
    return result | ({"normalize": norm(x, scale, shift)} if norm else {})


def network_with(**changes):
    return lambda *case: feed_forward(*case, **changes), None


def norm_with(**changes):
    return None, lambda *case: normalize(*case, **changes)


def without(*left_out):
    """A network whose biases or norm whose vectors are missing."""
    return lambda *given: [torch.zeros_like(part) if i in left_out else part for i, part in enumerate(given)]


TWO_BOXES = Exercise(
    id="02.7",
    title="Two boxes as code",
    points=3,
    truth=(feed_forward, normalize),
    cases=box_cases,
    run=run_boxes,
    mistakes=[
        ("feed_forward: without ReLU between them, two linear layers are one", network_with(bend=lambda y: y)),
        ("feed_forward: no ReLU at the end: the output may be negative", network_with(end=torch.relu)),
        ("feed_forward: ReLU stands between the two layers", network_with(bend=lambda y: y, end=torch.relu)),
        ("feed_forward: the first bias is missing", (lambda *case: feed_forward(*without(2)(*case)), None)),
        ("feed_forward: the second bias is missing", (lambda *case: feed_forward(*without(4)(*case)), None)),
        ("feed_forward: the biases are missing", (lambda *case: feed_forward(*without(2, 4)(*case)), None)),
        ("normalize: over the D numbers of each token, not over its sentence", norm_with(axis=1)),
        ("normalize: over the D numbers of each token, not over all numbers", norm_with(axis=(0, 1, 2))),
        ("normalize: divide the sum of the squares by D; `var` and `std` take D − 1", norm_with(correction=1)),
        ("normalize: divide by the root of the variance", norm_with(root=lambda y: y)),
        ("normalize: the mean is not subtracted", norm_with(centre=False)),
        ("normalize: a token of equal numbers gets NaN: ε is missing under the root", norm_with(eps=0.0)),
        ("normalize: the scale is missing", (None, lambda x, scale, shift: normalize(x, 1.0, shift))),
        ("normalize: the shift is missing", (None, lambda x, scale, shift: normalize(x, scale, 0.0))),
        ("normalize: first the scale, then the shift", (None, lambda x, a, b: (normalize(x, 1.0, 0.0) + b) * a)),
    ],
)
