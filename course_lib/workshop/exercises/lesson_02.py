"""Exercises of lesson 02: the encoder layer."""

import torch
from torch import nn

from course_lib.workshop.exercises.cases import number, random_tensors, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 02.1 Six steps on paper: the blue ball of the lesson, whose feed-forward network says nothing
def answer():
    tokens = torch.tensor([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]])
    heard = (tokens @ tokens[2] / 2).softmax(dim=0) @ tokens
    added = heard + tokens[2]
    normalized = (added - added.mean()) / added.std(correction=0)
    return {"heard": heard, "added": added, "normalized": normalized, "output": normalized}


# 02.2 Who hears whom?
def tables_are():
    return {"A": "attention", "B": "feed-forward", "C": "one layer", "D": "two layers"}


# 02.3 Find the bug: how alike are the tokens?
def similarity_cases(seed):
    x, y = random_tensors(seed, (3, 5, 7), (2, 2, 11))
    return [(x,), (scattered(y + 1),), (x.double() + 3 * y[:1, :1, :7],)]


def mean_similarity(x):
    """B T D -> the mean cosine between different tokens of a sentence."""
    unit = x / x.norm(dim=-1, keepdim=True)
    products = unit @ unit.transpose(1, 2)
    different = ~torch.eye(x.shape[1], dtype=torch.bool)
    return products[:, different].mean()


# 02.4 Build it in the other order
def layer_cases(seed):
    width = number(seed, 5, 8)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        blocks = (
            nn.Linear(width, width),
            nn.Sequential(nn.Linear(width, 3 * width), nn.Tanh(), nn.Linear(3 * width, width)),
        )
        norms = nn.LayerNorm(width), nn.LayerNorm(width)
        for norm in norms:
            nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
    (x,) = random_tensors(seed, (2, 3, width))
    return [(x, *blocks, *norms, norm_first) for norm_first in (True, False)]


def encoder_layer(x, attention, feed_forward, norm_1, norm_2, norm_first):
    """One encoder layer, B T D -> B T D, post-norm or pre-norm."""
    for block, norm in ((attention, norm_1), (feed_forward, norm_2)):
        x = x + block(norm(x)) if norm_first else norm(x + block(x))
    return x


# 02.5 Count
def sizes(seed):
    width = number(seed, 2, 9)
    return [(width, 4 * width, 1), (width, 31, 3), (512, 2048, 6)]


def count_parameters(d_model, d_ff, num_layers):
    """The number of parameters of `num_layers` encoder layers."""
    attention = 4 * (d_model * d_model + d_model)
    feed_forward = 2 * d_model * d_ff + d_ff + d_model
    norms = 2 * 2 * d_model
    return num_layers * (attention + feed_forward + norms)


# 02.6 How many look-ups?
def look_ups():
    return {"1 ahead": 0, "2 ahead": 1, "3 ahead": 2, "5 ahead": 1}


# 02.7 Two boxes as code
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
    centered = x - x.mean(dim=-1, keepdim=True)
    variance = centered.square().mean(dim=-1, keepdim=True)
    return centered / (variance + 1e-5).sqrt() * scale + shift


def run_boxes(functions, x, W_1, b_1, W_2, b_2, scale, shift):
    network, norm = functions
    return {"feed_forward": network(x, W_1, b_1, W_2, b_2), "normalize": norm(x, scale, shift)}


EXERCISES = [
    Exercise(id="02.1", title="Six steps on paper", points=2, truth=answer, tolerance=5e-3),
    Exercise(id="02.2", title="Who hears whom?", points=1, truth=tables_are),
    Exercise(
        id="02.3",
        title="Find the bug: how alike are the tokens?",
        points=2,
        truth=mean_similarity,
        cases=similarity_cases,
    ),
    Exercise(
        id="02.4",
        title="Build it in the other order",
        points=3,
        truth=encoder_layer,
        cases=layer_cases,
        axes="sentence token number",
    ),
    Exercise(
        id="02.5",
        title="Count",
        points=2,
        truth=count_parameters,
        cases=sizes,
    ),
    Exercise(id="02.6", title="How many look-ups?", points=1, truth=look_ups),
    Exercise(
        id="02.7", title="Two boxes as code", points=3, truth=(feed_forward, normalize), cases=box_cases, run=run_boxes
    ),
]
