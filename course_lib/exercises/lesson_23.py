"""Exercises of lesson 23: vision transformers."""

import torch
from torch import nn

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.disguise import DISGUISE
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER

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


HALF = "half comes along the residual connection: ½ A + ½ I"
SUM = "A + I has to be halved, so that the sum of a row is 1"
ORDER = "in the wrong order: layer 2 mixes what layer 1 has mixed, M₂ M₁"


def wrong_roll(change, *names):
    """What a change of the solution makes of some of its parts."""
    found = change.of(rollout)()
    return {name: found[name] for name in names}


NO_RESIDUAL = Edit("(heads.mean(dim=0) + torch.eye(3)) / 2, (second + torch.eye(3)) / 2 → heads.mean(dim=0), second")
NOT_HALVED = Edit("torch.eye(3)) / 2, → torch.eye(3)),", "(second + torch.eye(3)) / 2 → second + torch.eye(3)")
TURNED = Edit("two @ one → one @ two")


# 23.6 With fewer pictures: the means of the study few_digits
SHOWN = {"A": "transformer", "B": "without positions", "C": "convolutions"}
NAMES = set(SHOWN.values())


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
    Exercise(
        id="23.1",
        title="Numbers on the way",
        points=2,
        truth=way,
        mistakes=[
            ("60 · 84 / 12: a patch has 12 · 12 pixels", {"patches": 60 * 84 // 12}),
            ("three colours: a patch has 12 · 12 · 3 numbers", {"flat": 144}),
            ("a patch is 12 pixels wide and 12 high", {"flat": 36}),
            ("the class token goes in, too: P + 1 vectors", {"input": (4, 35, 50)}),
            ("the class token has a place of its own: P + 1 rows", {"positions": 35 * 50}),
            ("four pictures: the batch comes first", {"input": (36, 50)}),
            ("the same table for all pictures", {"positions": 4 * 36 * 50}),
            ("the layer has biases, too: D of them", {"weights": 432 * 50}),
            ("the same layer for all patches", {"weights": 35 * 21_650}),
            ("in reading order: 7 patches to a row", {"patch": 50 // 12 * 5 + 30 // 12}),
            ("the first patch is number 0", {"patch": 19}),
            ("rows of patches first: row 30 is in the third of them", {"patch": 4 * 7 + 2}),
            ("colour by colour: 144 numbers for red come first", {"place": (6 * 12 + 2) * 3 + 1}),
            ("row by row within a colour", {"place": 144 + 2 * 12 + 6}),
            ("this is the red of the pixel", {"place": 6 * 12 + 2}),
            ("the first number has the place 0", {"place": 219}),
        ],
    ),
    DISGUISE,
    Exercise(
        id="23.3",
        title="Find the bug: a colleague's tower",
        points=2,
        truth=summary,
        cases=tower_cases,
        axes="picture dimension",
        mistakes=[
            (
                "both faults are still there",
                Edit(
                    "[token.expand(len(patches), 1, -1), patches], dim=1) + positions → "
                    "[token.expand(len(patches), 1, -1), patches + positions[1:]], dim=1)",
                    "norm(x[:, 0]) → norm(x).mean(dim=1)",
                ),
            ),
            (
                "the class token has a position, too: row 0 of the table",
                Edit(
                    "[token.expand(len(patches), 1, -1), patches], dim=1) + positions → "
                    "[token.expand(len(patches), 1, -1), patches + positions[1:]], dim=1)"
                ),
            ),
            ("the mean of all vectors; only the class token's is read", Edit("norm(x[:, 0]) → norm(x).mean(dim=1)")),
            (
                "the mean of the patches; only the class token's is read",
                Edit("norm(x[:, 0]) → norm(x[:, 1:]).mean(dim=1)"),
            ),
            (
                "row 0 is the class token's: it comes first",
                Edit(
                    "[token.expand(len(patches), 1, -1), patches] → [patches, token.expand(len(patches), 1, -1)]",
                    "x[:, 0] → x[:, -1]",
                ),
            ),
            (
                "the class token stands at the end, and the first patch is read",
                Edit("[token.expand(len(patches), 1, -1), patches] → [patches, token.expand(len(patches), 1, -1)]"),
            ),
            ("the class token comes first, the vector is read at the end", Edit("x[:, 0] → x[:, -1]")),
            ("no positions were added", Edit(" + positions → ")),
            (
                "positions are added once, before the first layer, not in each",
                Edit(" + positions → ", "layer(x) → layer(x + positions)"),
            ),
            *[
                (
                    "row 0 of the table is the class token's; the patches have the rows from 1 on",
                    Edit(
                        "[token.expand(len(patches), 1, -1), patches], dim=1) + positions → "
                        f"[{token}.expand(len(patches), 1, -1), patches + positions[:-1]], dim=1)"
                    ),
                )
                for token in ("token", "(token + positions[0])")
            ],
            *[
                ("the norm comes once, behind the last layer", Edit("layer(x) → norm(layer(x))", *end))
                for end in ([], ["norm(x[:, 0]) → x[:, 0]"])
            ],
            *[
                (
                    "each layer reads what the one before it wrote: all of them",
                    Edit(f"in layers: → in layers[{which}]:"),
                )
                for which in (":1", "-1:")
            ],
            ("the norm behind the last layer is forgotten", Edit("norm(x[:, 0]) → x[:, 0]")),
            ("all vectors are returned; only the class token's is wanted", Edit("x[:, 0] → x")),
            ("the summary is what becomes of the token, not the mean of all", Edit("x[:, 0] → x.mean(dim=1)")),
            (
                "the summary is what becomes of the token, not the mean of the patches",
                Edit("x[:, 0] → x[:, 1:].mean(dim=1)"),
            ),
            ("a layer adds what it read by itself: no second residual", Edit("x = layer(x) → x = x + layer(x)")),
        ],
    ),
    Exercise(
        id="23.4",
        title="Half a shuffle",
        points=2,
        truth=other,
        mistakes=[
            ("before the layers, only that patch knows of it", {"a pixel, before the layers": 13}),
            ("before the layers, the patch's vector has already changed", {"a pixel, before the layers": 0}),
            ("every token attends to every other: all 13 hear of it", {"a pixel": 1}),
            ("the class token hears of it, too", {"a pixel": 12}),
            ("both patches have other positions now: that is news for all 13", {"two patches": 2}),
            ("the class token hears of it, too", {"two patches": 12}),
            ("the same set: only these two vectors have changed places", {"two patches, no positions": 13}),
            ("the two vectors behind the layers have changed places, too", {"two patches, no positions": 0}),
            *[("two rows of 4 patches have changed places", {"two rows, no positions": n}) for n in (2, 4, 13)],
            ("each patch has kept its position; the list has another order", {"two patches and their positions": 13}),
            ("the two vectors stand at other places of the list", {"two patches and their positions": 0}),
            *[("equal patches: nobody can see the exchange", {"two black patches": n}) for n in (2, 13)],
            ("with positions, the class token sees where a patch is", {"logits": 0}),
            ("the class token has seen the same set", {"logits, no positions": 10}),
        ],
    ),
    Exercise(
        id="23.5",
        title="Rollout by hand",
        points=3,
        truth=rollout,
        tolerance=5e-3,
        mistakes=[
            ("layer 1 has two heads: take their mean", wrong_roll(Edit("heads.mean(dim=0) → heads[0]"), "layer 1")),
            (
                "the mean of the two heads, not their sum",
                wrong_roll(Edit("heads.mean(dim=0) → heads.sum(dim=0)"), "layer 1"),
            ),
            *[(HALF, wrong_roll(NO_RESIDUAL, n)) for n in ("layer 1", "layer 2", "class token", "share")],
            *[(SUM, wrong_roll(NOT_HALVED, n)) for n in ("layer 1", "layer 2", "class token")],
            *[(ORDER, wrong_roll(TURNED, n)) for n in ("class token", "share")],
            (
                "number by number; a product of matrices was meant",
                wrong_roll(Edit("two @ one → two * one"), "class token"),
            ),
            ("this is the last layer alone", wrong_roll(Edit("(two @ one) → two"), "class token")),
            (
                "this is the class token's column; its row was meant",
                wrong_roll(Edit("(two @ one)[0] → (two @ one)[:, 0]"), "class token"),
            ),
            ("divide by the sum of the two patches", {"share": [0.31, 0.21]}),
            ("patch 1 keeps 0.8 of itself in layer 1, and 0.3 of that is taken in layer 2", {"by patch 1": 0.3}),
            ("the class token takes 0.1 in layer 1, and keeps 0.7 of it in layer 2", {"by the class token": 0.1}),
            ("the two ways are exchanged", {"by patch 1": 0.07}),
        ],
    ),
    Exercise(
        id="23.6",
        title="With fewer pictures",
        points=2,
        truth=compared,
        tolerance=0.1,
        mistakes=[
            *[("A begins low, and ends beside the best", {"A": n}) for n in NAMES - {"transformer"}],
            *[("B stays far below: it can't know where a patch is", {"B": n}) for n in NAMES - {"without positions"}],
            *[
                ("C is ahead with few pictures, and as good as A in the end", {"C": n})
                for n in NAMES - {"convolutions"}
            ],
            ("at the left end, not at the right", {"gap at 40": 1.0}),
            ("the lowest curve is not the second one", {"gap at 40": 41.0}),
            ("look for the height of C at 120, then where A has it", {"as good as 120": 120.0}),
            ("with all digits A is better than that", {"as good as 120": 1297.0}),
            (
                "choose one of the four numbers of digits: where is A nearest to the height that C has at 120?",
                {"as good as 120": ANY_OTHER},
            ),
            ("the height of A less that of B, not B itself", {"lost": 72.0}),
            ("at the right end, not at the left", {"lost": 12.0}),
        ],
    ),
]
