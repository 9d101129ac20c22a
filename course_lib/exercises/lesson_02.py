"""Exercises of lesson 02: the encoder layer."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.two_boxes import TWO_BOXES

# 02.1 Six steps on paper: the blue ball of the lesson, whose feed-forward network says nothing
TOKENS = torch.tensor([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]])


def six_steps(residual=1.0, spread=lambda y: y.std(correction=0), centre=True, asking=2):
    """What the blue ball is after attention, addition and normalization, and at the end."""
    heard = (TOKENS[asking] @ TOKENS.T / 2).softmax(dim=0) @ TOKENS
    added = heard + residual * TOKENS[2]
    normalized = (added - added.mean() * centre) / spread(added)
    return {"heard": heard, "added": added, "normalized": normalized, "output": normalized}


ROOT_MEAN_SQUARE = six_steps(centre=False, spread=lambda y: y.square().mean().sqrt())["normalized"]


# 02.2 Who hears whom?
TABLES = {"A": "attention", "B": "feed-forward", "C": "one layer", "D": "two layers"}


# 02.3 Find the bug: how alike are the tokens?
def similarity_cases(seed):
    x, y = random_tensors(seed, (3, 5, 7), (2, 2, 11))
    return [(x,), (scattered(y + 1),), (x.double() + 3 * y[:1, :1, :7],)]


def similarity(x):
    unit = x / x.norm(dim=-1, keepdim=True)
    others = ~torch.eye(x.shape[1], dtype=torch.bool)
    return (unit @ unit.mT)[:, others].mean()


def similarity_otherwise(unit=lambda x: F.normalize(x, dim=-1), others=None, size=lambda products: products):
    """The similarity with one thing changed."""

    def answer(x):
        products = size(unit(x) @ unit(x).mT)
        kept = (others or (lambda T: ~torch.eye(T, dtype=torch.bool)))(x.shape[1])
        return products[:, kept].mean()

    return answer


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


def layer(x, attention, feed_forward, norm_1, norm_2, norm_first):
    for block, norm in ((attention, norm_1), (feed_forward, norm_2)):
        x = x + block(norm(x)) if norm_first else norm(x + block(x))
    return x


def layer_otherwise(first=lambda x, block, norm: x + block(norm(x)), last=lambda x, block, norm: norm(x + block(x))):
    """The layer with another frame around both blocks: `first` for pre-norm, `last` for post-norm."""

    def answer(x, attention, feed_forward, norm_1, norm_2, norm_first):
        frame = first if norm_first else last
        return frame(frame(x, attention, norm_1), feed_forward, norm_2)

    return answer


# 02.5 Count
def sizes(seed):
    width = number(seed, 2, 9)
    return [(width, 4 * width, 1), (width, 31, 3), (512, 2048, 6)]


def parameters(d_model, d_ff, num_layers):
    attention = 4 * (d_model**2 + d_model)
    feed_forward = 2 * d_model * d_ff + d_ff + d_model
    return num_layers * (attention + feed_forward + 2 * 2 * d_model)


def miscounted(change, once=0):
    """The count of one layer changed by `change(d_model, d_ff)`, times the layers."""
    return lambda D, F, N: N * (parameters(D, F, 1) + change(D, F)) if not once else parameters(D, F, 1)


# 02.6 How many look-ups?
LOOK_UPS = {"2 ahead": 1, "3 ahead": 2, "5 ahead": 1, "1 ahead": 0}

EXERCISES = [
    Exercise(
        id="02.1",
        title="Six steps on paper",
        points=2,
        truth=six_steps,
        tolerance=5e-3,
        mistakes=[
            ("the red ball asks here, not the blue ball", {"heard": six_steps(asking=0)["heard"]}),
            (
                "the residual connection is forgotten: the token's own vector is added to what it heard",
                six_steps(residual=0),
            ),
            (
                "divided by the variance; the rule divides by its root, the standard deviation",
                {name: six_steps(spread=lambda y: y.var(correction=0))[name] for name in ("normalized", "output")},
            ),
            (
                "the sum of the squares is divided by 3 here; the mean of the squares has all D = 4",
                {name: six_steps(spread=lambda y: y.std())[name] for name in ("normalized", "output")},
            ),
            (
                "the mean is not subtracted",
                dict.fromkeys(("normalized", "output"), ROOT_MEAN_SQUARE),
            ),
            ("the mean is not subtracted", {name: six_steps(centre=False)[name] for name in ("normalized", "output")}),
            (
                "neither hidden unit fires for the blue ball: step 5 adds zeros, step 6 finds it normalized already",
                {"output": six_steps()["normalized"] + torch.tensor([0.0, 0, 1, 0])},
            ),
            (
                "step 5 adds what the network says, here zeros: the sum is not twice the vector",
                {"output": 2 * six_steps()["normalized"]},
            ),
        ],
    ),
    Exercise(
        id="02.2",
        title="Who hears whom?",
        points=1,
        truth=lambda: TABLES,
        mistakes=[
            (
                "A is full: everybody hears everybody, and no step but unmasked attention does that",
                {"A": "feed-forward"},
            ),
            ("A is full at once; with the mask, a token hears its left neighbour only", {"A": "two layers"}),
            (
                "B has nothing beside the diagonal: no token notices another, so it cannot have attention in it",
                {"B": "attention"},
            ),
            (
                "B has nothing beside the diagonal: no token notices another, so it cannot have attention in it",
                {"B": "one layer"},
            ),
            (
                "with each layer a token hears one place further to the left: C reaches one place, D two",
                {"C": "two layers", "D": "one layer"},
            ),
            ("C and D have empty cells: with unmasked attention there are none", {"C": "attention"}),
            ("C and D have empty cells: with unmasked attention there are none", {"D": "attention"}),
        ],
    ),
    Exercise(
        id="02.3",
        title="Find the bug: how alike are the tokens?",
        points=2,
        truth=similarity,
        cases=similarity_cases,
        mistakes=[
            (
                "each token is compared with itself, too, and there it is always 1",
                similarity_otherwise(others=lambda T: torch.ones(T, T, dtype=torch.bool)),
            ),
            (
                "the tokens keep their lengths: the cosine is the dot product of vectors of length 1",
                similarity_otherwise(unit=lambda x: x),
            ),
            (
                "the lengths are taken over the wrong axis: over the tokens, not over a token's D numbers",
                similarity_otherwise(unit=lambda x: F.normalize(x, dim=1)),
            ),
            (
                "the lengths are taken over the whole batch, not for each token",
                similarity_otherwise(unit=lambda x: x / x.norm()),
            ),
            (
                "the signs are lost: opposite directions have the similarity −1, not 1",
                similarity_otherwise(size=torch.abs),
            ),
            (
                "the mean goes over neighbours only; it should go over all pairs of different tokens",
                lambda x: F.cosine_similarity(x[:, 1:], x[:, :-1], dim=-1).mean(),
            ),
            (
                "tokens are compared with those of the other sentences, not within their own",
                lambda x: similarity(x.transpose(0, 1)),
            ),
            (
                "the sum over the pairs is not divided by their number",
                lambda x: similarity(x) * len(x) * x.shape[1] * (x.shape[1] - 1),
            ),
        ],
    ),
    Exercise(
        id="02.4",
        title="Build it in the other order",
        points=3,
        truth=layer,
        cases=layer_cases,
        axes="sentence token number",
        mistakes=[
            (
                "the orders are exchanged: norm_first=True normalizes before the block",
                lambda *case: layer(*case[:-1], not case[-1]),
            ),
            ("norm_first makes no difference: both orders are post-norm", lambda *case: layer(*case[:-1], False)),
            ("norm_first makes no difference: both orders are pre-norm", lambda *case: layer(*case[:-1], True)),
            ("the residual connection is missing", layer_otherwise(first=lambda x, block, norm: block(norm(x)))),
            (
                "pre-norm adds the input itself, not the normalized input",
                layer_otherwise(first=lambda x, block, norm: norm(x) + block(norm(x))),
            ),
            (
                "post-norm: the residual connection is missing",
                layer_otherwise(last=lambda x, block, norm: norm(block(x))),
            ),
            (
                "post-norm: the addition comes first, then the normalization",
                layer_otherwise(last=lambda x, block, norm: x + norm(block(x))),
            ),
            ("both halves use the first norm", lambda x, a, f, n, _, first: layer(x, a, f, n, n, first)),
            (
                "the feed-forward network comes before the attention",
                lambda x, a, f, n, m, first: layer(x, f, a, n, m, first),
            ),
            ("the feed-forward half is missing", lambda x, a, f, n, m, first: x + a(n(x)) if first else n(x + a(x))),
        ],
    ),
    Exercise(
        id="02.5",
        title="Count",
        points=2,
        truth=parameters,
        cases=sizes,
        mistakes=[
            (
                "4 D numbers are missing: the biases of the four linear layers, or two vectors for each of two norms",
                miscounted(lambda D, F: -4 * D),
            ),
            (
                "attention has four linear layers: the last one, after the heads, is missing",
                miscounted(lambda D, F: -(D * D + D)),
            ),
            ("the biases of the feed-forward network are missing: F and D numbers", miscounted(lambda D, F: -F - D)),
            ("the feed-forward network has two matrices, D × F and F × D", miscounted(lambda D, F: -D * F)),
            ("a layer has two norms", miscounted(lambda D, F: -2 * D)),
            ("there is one layer in the count, whatever num_layers is", miscounted(None, once=1)),
            ("there are no biases at all in the count", miscounted(lambda D, F: -4 * D - F - D)),
        ],
    ),
    Exercise(
        id="02.6",
        title="How many look-ups?",
        points=1,
        truth=lambda: LOOK_UPS,
        mistakes=[
            ("the name of the animal ahead is written in the token: nothing has to be looked up", {"1 ahead": 1}),
            ("two ahead is one look-up: the animal that I chase says whom it chases", {"2 ahead": 2}),
            ("three ahead: nobody who shares a name with me tells it, so one look-up is not enough", {"3 ahead": 1}),
            ("three ahead: the name in the token is there for free, so two look-ups are enough", {"3 ahead": 3}),
            ("in a ring of six, five ahead is the one that chases me: it has my name in its token", {"5 ahead": 2}),
            ("in a ring of six, five ahead is the one that chases me: it has my name in its token", {"5 ahead": 4}),
            ("in a ring of six, five ahead is the one that chases me: it has my name in its token", {"5 ahead": 3}),
        ],
    ),
    TWO_BOXES,
]
