"""Exercises of lesson 02: the encoder layer."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.two_boxes import TWO_BOXES
from course_lib.exercises.two_orders import TWO_ORDERS
from course_lib.exercises.values import ANY_OTHER

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


EXERCISES = [
    Exercise(
        id="02.1",
        title="Six steps on paper",
        points=2,
        truth=answer,
        tolerance=5e-3,
        mistakes=[
            ("the red ball asks here, not the blue ball", Edit("tokens @ tokens[2] → tokens @ tokens[0]")),
            (
                "each weight belongs to the token that is heard, in the order of the table",
                Edit("softmax(dim=0) @ tokens → softmax(dim=0) @ tokens.flip(0)"),
            ),
            (
                "the residual connection is forgotten: the token's own vector is added to what it heard",
                Edit(" + tokens[2] → "),
            ),
            (
                "divided by the variance; the rule divides by its root, the standard deviation",
                Edit("added.std(correction=0) → added.var(correction=0)"),
            ),
            (
                "the sum of the squares is divided by 3 here; the mean of the squares has all D = 4",
                Edit("correction=0 → correction=1"),
            ),
            (
                "the mean is not subtracted",
                Edit("added - added.mean() → added", "added.std(correction=0) → added.square().mean().sqrt()"),
            ),
            ("the mean is not subtracted", Edit("added - added.mean() → added")),
            (
                "neither hidden unit fires for the blue ball: step 5 adds zeros, step 6 finds it normalized already",
                Edit('"output": normalized → "output": normalized + torch.tensor([0.0, 0, 1, 0])'),
            ),
            (
                "step 5 adds what the network says, here zeros: the sum is not twice the vector",
                Edit('"output": normalized → "output": 2 * normalized'),
            ),
            (
                "divided by nothing: the root of the mean square comes after the mean is subtracted",
                Edit("(added - added.mean()) / added.std(correction=0) → added - added.mean()"),
            ),
        ],
    ),
    Exercise(
        id="02.2",
        title="Who hears whom?",
        points=1,
        truth=tables_are,
        mistakes=[
            ("A is full: of all steps, only unmasked attention does that at once", {"A": ANY_OTHER}),
            (
                "B has nothing beside the diagonal: no token notices another, so it cannot have attention in it",
                {"B": "attention"},
            ),
            (
                "B has nothing beside the diagonal: no token notices another, so it cannot have attention in it",
                {"B": ANY_OTHER},
            ),
            (
                "with each layer a token hears one place further to the left: C reaches one place, D two",
                {"C": "two layers", "D": "one layer"},
            ),
            *[("C and D have empty cells: unmasked attention leaves none", {name: "attention"}) for name in "CD"],
            *[("C and D have cells beside the diagonal: tokens are mixed", {name: ANY_OTHER}) for name in "CD"],
        ],
    ),
    Exercise(
        id="02.3",
        title="Find the bug: how alike are the tokens?",
        points=2,
        truth=mean_similarity,
        cases=similarity_cases,
        mistakes=[
            (
                "each token is compared with itself, too, and there it is always 1",
                Edit("[:, different] → "),
            ),
            (
                "the tokens keep their lengths: the cosine is the dot product of vectors of length 1",
                Edit(" / x.norm(dim=-1, keepdim=True) → "),
            ),
            (
                "the lengths are taken over the wrong axis: over the tokens, not over a token's D numbers",
                Edit("norm(dim=-1 → norm(dim=1"),
            ),
            (
                "the lengths are taken over the whole batch, not for each token",
                Edit("x.norm(dim=-1, keepdim=True) → x.norm()"),
            ),
            (
                "the signs are lost: opposite directions have the similarity −1, not 1",
                Edit(".mean() → .abs().mean()"),
            ),
            (
                "the mean goes over neighbours only; it should go over all pairs of different tokens",
                Edit("[:, different] → .diagonal(1, dim1=1, dim2=2)"),
            ),
            (
                "tokens are compared with those of the other sentences, not within their own",
                lambda x: mean_similarity(x.transpose(0, 1)),
            ),
            (
                "tokens are compared with those of the other sentences, not within their own",
                Edit(
                    "x / x.norm(dim=-1, keepdim=True) → (x / x.norm(dim=-1, keepdim=True)).flatten(0, 1)[None]",
                    "x.shape[1] → unit.shape[1]",
                ),
            ),
            (
                "divided by T · T; there are T · (T − 1) pairs of different tokens",
                Edit(".mean() → .sum() / products.numel()"),
            ),
            (
                "the zeros that `triu` leaves on and below the diagonal are in the mean",
                Edit("[:, different].mean() → .triu(1).mean()"),
            ),
            (
                "the sum over the pairs is not divided by their number",
                Edit(".mean() → .sum()"),
            ),
            (
                "divided by the squared length: its root is missing",
                Edit("x.norm(dim=-1, keepdim=True) → x.square().sum(dim=-1, keepdim=True)"),
            ),
        ],
    ),
    TWO_ORDERS,
    Exercise(
        id="02.5",
        title="Count",
        points=2,
        truth=count_parameters,
        cases=sizes,
        mistakes=[
            (
                "4 D numbers are missing: the biases of the four linear layers, or two vectors for each of two norms",
                Edit(" + d_model) → )"),
            ),
            (
                "attention has four linear layers: the last one, after the heads, is missing",
                Edit("4 * ( → 3 * ("),
            ),
            ("the biases of the feed-forward network are missing: F and D numbers", Edit(" + d_ff + d_model → ")),
            ("the first linear layer of the network has biases, too: F numbers", Edit(" + d_ff + d_model → + d_model")),
            ("the second linear layer of the network has biases, too: D numbers", Edit(" + d_ff + d_model → + d_ff")),
            (
                "F is handed in as d_ff; it is not always 4 · D",
                Edit("2 * d_model * d_ff + d_ff + d_model → 8 * d_model * d_model + 5 * d_model"),
            ),
            (
                "12 · D² counts matrices only, and takes F for 4 · D",
                lambda d_model, d_ff, num_layers: num_layers * 12 * d_model * d_model,
            ),
            ("the feed-forward network has two matrices, D × F and F × D", Edit("2 * d_model * d_ff → d_model * d_ff")),
            ("a layer has two norms, and each has two vectors: a scale and a shift", Edit("2 * 2 * → 2 *")),
            ("there is one layer in the count, whatever num_layers is", Edit("num_layers * ( → (")),
            ("there are no biases at all in the count", Edit(" + d_model) → )", " + d_ff + d_model → ")),
            (
                "each layer has norms of its own; here they are counted once",
                Edit("(attention + feed_forward + norms) → (attention + feed_forward) + norms"),
            ),
        ],
    ),
    Exercise(
        id="02.6",
        title="How many look-ups?",
        points=1,
        truth=look_ups,
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
