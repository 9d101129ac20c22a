"""An encoder layer in both orders: post-norm and pre-norm."""

import torch
from torch import nn

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


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


TWO_ORDERS = Exercise(
    id="02.4",
    title="Build it in the other order",
    points=3,
    truth=encoder_layer,
    cases=layer_cases,
    axes="sentence token number",
    mistakes=[
        (
            "the orders are exchanged: norm_first=True normalizes before the block",
            Edit("if norm_first → if not norm_first"),
        ),
        ("norm_first makes no difference: both orders are post-norm", Edit("if norm_first → if False")),
        ("norm_first makes no difference: both orders are pre-norm", Edit("if norm_first → if True")),
        ("the residual connection is missing", Edit("x + block(norm(x)) if → block(norm(x)) if")),
        (
            "pre-norm adds the input itself, not the normalized input",
            Edit("x + block(norm(x)) if → norm(x) + block(norm(x)) if"),
        ),
        (
            "post-norm: the residual connection is missing",
            Edit("norm(x + block(x)) → norm(block(x))"),
        ),
        (
            "post-norm: the addition comes first, then the normalization",
            Edit("norm(x + block(x)) → x + norm(block(x))"),
        ),
        ("both halves use the first norm", Edit("(feed_forward, norm_2) → (feed_forward, norm_1)")),
        (
            "the feed-forward network comes before the attention",
            Edit("(attention, norm_1), (feed_forward, norm_2) → (feed_forward, norm_1), (attention, norm_2)"),
        ),
        ("the feed-forward half is missing", Edit(", (feed_forward, norm_2) → ,")),
        (
            "the second half adds what came in; it should add what comes out of the first half",
            Edit(
                "for block → y = x\n    for block",
                "x = x + block(norm(x)) if → y = x + block(norm(y)) if",
                "norm(x + block(x)) → norm(x + block(y))",
                "return x → return y",
            ),
        ),
        (
            "pre-norm: the block reads what is normalized; here what it gives is normalized",
            Edit("x + block(norm(x)) if → x + norm(block(x)) if"),
        ),
        *[
            ("norm_first holds for both halves, not for one of them alone", Edit(f"if norm_first → if {one}"))
            for one in (
                "norm_first and norm is norm_1",
                "norm_first and norm is norm_2",
                "norm_first or norm is norm_1",
                "norm_first or norm is norm_2",
            )
        ],
    ],
)
