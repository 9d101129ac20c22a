"""Exercises of lesson 23: vision transformers."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.nn import cut_into_patches

# 23.1 Numbers on the way: 4 pictures of 60 x 84 pixels, patches of 12 x 12, D = 50; the green of a pixel
PATCHES, FLAT = 60 * 84 // 12**2, 3 * 12**2
WAY = {"patches": PATCHES, "flat": FLAT, "input": (4, PATCHES + 1, 50)}
WAY |= {"weights": FLAT * 50 + 50, "positions": (PATCHES + 1) * 50}
WAY |= {"patch": 30 // 12 * 7 + 50 // 12, "place": 144 + 30 % 12 * 12 + 50 % 12}


# 23.2 A linear layer in disguise
def cut_cases(seed):
    cases = []
    for B, C, size, rows, columns, D in ((2, 3, 4, 2, 5, 7), (1, 1, 2, 3, 2, 5), (3, 2, 3, 4, 1, 11)):
        pixels, weight = random_tensors(seed + D, (B, C, size * rows, size * columns), (D, C * size * size))
        cases.append((scattered(pixels), scattered(weight), size))
    return cases


def as_kernel(weight, channels, size):
    return weight.reshape(len(weight), channels, size, size)


def run_disguise(functions, pixels, weight, size):
    cut, kernel = functions
    return {"patches": cut(pixels, size), "kernel": kernel(weight, pixels.shape[1], size)}


def cut_in_order(*order):
    """A cut whose axes (batch, channel, row of patches, row, column of patches, column) are in another order."""

    def cut(pixels, size):
        parts = pixels.unflatten(3, (-1, size)).unflatten(2, (-1, size))
        return parts.permute(order).flatten(3).flatten(1, 2)

    return cut, as_kernel


def cutting(cut):
    return cut, as_kernel


def disguised(change):
    return cut_into_patches, lambda *case: change(as_kernel(*case))


# 23.3 A colleague's tower
def tower_cases(seed):
    cases = []
    for B, P, D, depth in ((2, 6, 8, 2), (3, 4, 12, 3), (1, 11, 4, 1)):
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


def through(layers, x):
    for layer in layers:
        x = layer(x)
    return x


def start(patches, token, positions):
    return torch.cat([token.expand(len(patches), 1, -1), patches], dim=1) + positions


def token_last(patches, token, positions):
    return torch.cat([patches, token.expand(len(patches), 1, -1)], dim=1) + positions


def token_nowhere(patches, token, positions):
    return torch.cat([token.expand(len(patches), 1, -1), patches + positions[1:]], dim=1)


def summary(patches, token, positions, layers, norm, begin=start, end=lambda x: x[:, 0]):
    return end(norm(through(layers, begin(patches, token, positions))))


def tower_with(**changed):
    return lambda *case: summary(*case, **changed)


def positions_in_each_layer(patches, token, table, layers, norm):
    return summary(patches, token, 0 * table, [lambda x, layer=layer: layer(x + table) for layer in layers], norm)


# 23.4 Half a shuffle: 3 rows of 4 patches; which of the 13 vectors behind the layers are no longer the same?
def changed(change, places=1.0, depth=2, read=lambda x: x[0], black=()):
    """How many vectors (or of what `read` makes of them) are other ones after `change(patches, positions)`."""
    patches, token, positions = random_tensors(17, (1, 12, 8), (8,), (13, 8))
    positions *= places
    patches[:, list(black)] = 0
    layers = torch_layers(17, 8, depth)
    before = read(through(layers, start(patches, token, positions)))
    change(patches, positions)
    after = read(through(layers, start(patches, token, positions)))
    return int(((after - before).abs() > 1e-4).any(dim=-1).sum())


def exchange(first, second, places_too=False):
    def change(patches, positions):
        for x in (patches[0], positions[1:]) if places_too else (patches[0],):  # row 0 is the class token's
            x[[*first, *second]] = x[[*second, *first]]

    return change


def one_pixel(patches, positions):
    patches[:, 3, 0] += 1


def logits(x):
    (weight,) = random_tensors(17, (10, 8))
    return (weight @ x[0, 0]).unsqueeze(1)


def counts():
    return {
        "a pixel, before the layers": changed(one_pixel, depth=0),
        "a pixel": changed(one_pixel),
        "two patches": changed(exchange((1,), (6,))),
        "two patches, no positions": changed(exchange((1,), (6,)), places=0),
        "two rows, no positions": changed(exchange(range(4, 8), range(8, 12)), places=0),
        "two patches and their positions": changed(exchange((1,), (6,), places_too=True)),
        "two black patches": changed(exchange((1,), (6,)), black=(1, 6)),
        "logits": changed(exchange(range(6), range(6, 12)), read=logits),
        "logits, no positions": changed(exchange(range(6), range(6, 12)), places=0, read=logits),
    }


# 23.5 Rollout by hand
FIRST = torch.tensor([[[0.4, 0, 0.6], [0.8, 0.2, 0], [0, 0.4, 0.6]], [[0, 0.4, 0.6], [0, 1, 0], [0, 0, 1]]])
SECOND = torch.tensor([[0.4, 0.6, 0], [0.2, 0.6, 0.2], [0.4, 0, 0.6]])
EYE = torch.eye(3)
HALF = "half comes along the residual connection: ½ A + ½ I"
SUM = "A + I has to be halved, so that the sum of a row is 1"
ORDER = "in the wrong order: layer 2 mixes what layer 1 has mixed, M₂ M₁"


def rolled(mix=lambda A: (A + EYE) / 2, heads=lambda A: A.mean(dim=0), together=lambda one, two: two @ one, row=0):
    one, two = mix(heads(FIRST)), mix(SECOND)
    seen = together(one, two)[row] if row is not None else together(one, two)[:, 0]
    found = {"layer 1": one, "layer 2": two, "class token": seen, "share": seen[1:] / seen[1:].sum()}
    return found | {"by patch 1": two[0, 1] * one[1, 1], "by the class token": two[0, 0] * one[0, 1]}


def wrong_roll(*names, **changes):
    found = rolled(**changes)
    return {name: found[name] for name in names}


# 23.6 With fewer pictures: the means of the study few_digits
SHOWN = {"A": "transformer", "B": "without positions", "C": "convolutions"}
NAMES = set(SHOWN.values())
READ = SHOWN | {"gap at 40": 29, "as good as 120": 400, "lost": 24}


EXERCISES = [
    Exercise(
        id="23.1",
        title="Numbers on the way",
        points=2,
        truth=lambda: WAY,
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
            ("colour by colour: 144 numbers for red come first", {"place": (6 * 12 + 2) * 3 + 1}),
            ("row by row within a colour", {"place": 144 + 2 * 12 + 6}),
            ("this is the red of the pixel", {"place": 6 * 12 + 2}),
            ("the first number has the place 0", {"place": 219}),
        ],
    ),
    Exercise(
        id="23.2",
        title="A linear layer in disguise",
        points=3,
        truth=(cut_into_patches, as_kernel),
        cases=cut_cases,
        run=run_disguise,
        mistakes=[
            ("the patches go column by column; reading order was meant", cut_in_order(0, 4, 2, 1, 3, 5)),
            ("the colours of a pixel stand together; first comes all of red", cut_in_order(0, 2, 4, 3, 5, 1)),
            ("within a patch it goes down the columns; row by row was meant", cut_in_order(0, 2, 4, 1, 5, 3)),
            ("each column is a patch; exchange the last two axes", cutting(lambda x, n: F.unfold(x, n, stride=n))),
            ("the window moves by one pixel; patches don't overlap", cutting(lambda x, n: F.unfold(x, n).mT)),
            ("a kernel has the axes D C Y X: colours before pixels", disguised(lambda k: k.permute(0, 2, 3, 1))),
            ("rows and columns of the window are exchanged", disguised(lambda k: k.mT)),
            ("the window need not be turned round", disguised(lambda k: k.flip(2, 3))),
            ("D comes first: a kernel for each output", disguised(lambda k: k.transpose(0, 1))),
            ("these are the weights as they were: D rows of numbers", disguised(lambda k: k.flatten(1))),
        ],
    ),
    Exercise(
        id="23.3",
        title="Find the bug: a colleague's tower",
        points=2,
        truth=summary,
        cases=tower_cases,
        axes="picture dimension",
        mistakes=[
            ("both faults are still there", tower_with(begin=token_nowhere, end=lambda x: x.mean(dim=1))),
            ("the class token has a position, too: row 0 of the table", tower_with(begin=token_nowhere)),
            ("the mean of all vectors; only the class token's is read", tower_with(end=lambda x: x.mean(dim=1))),
            ("the mean of the patches; only the class token's is read", tower_with(end=lambda x: x[:, 1:].mean(dim=1))),
            ("row 0 is the class token's: it comes first", tower_with(begin=token_last, end=lambda x: x[:, -1])),
            ("the class token stands at the end, and the first patch is read", tower_with(begin=token_last)),
            ("the class token comes first, the vector is read at the end", tower_with(end=lambda x: x[:, -1])),
            ("no positions were added", tower_with(begin=lambda p, token, table: start(p, token, 0 * table))),
            ("positions are added once, before the first layer, not in each", positions_in_each_layer),
            ("the norm behind the last layer is forgotten", lambda *case: summary(*case[:4], nn.Identity())),
            ("all vectors are returned; only the class token's is wanted", tower_with(end=lambda x: x)),
        ],
    ),
    Exercise(
        id="23.4",
        title="Half a shuffle",
        points=2,
        truth=counts,
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
        truth=rolled,
        tolerance=2e-3,
        mistakes=[
            ("layer 1 has two heads: take their mean", wrong_roll("layer 1", heads=lambda A: A[0])),
            ("the mean of the two heads, not their sum", wrong_roll("layer 1", heads=lambda A: A.sum(dim=0))),
            *[(HALF, wrong_roll(n, mix=lambda A: A)) for n in ("layer 1", "layer 2", "class token", "share")],
            *[(SUM, wrong_roll(n, mix=lambda A: A + EYE)) for n in ("layer 1", "layer 2", "class token")],
            *[(ORDER, wrong_roll(n, together=lambda a, b: a @ b)) for n in ("class token", "share")],
            ("number by number; a product of matrices was meant", wrong_roll("class token", together=torch.mul)),
            ("this is the last layer alone", wrong_roll("class token", together=lambda one, two: two)),
            ("this is the class token's column; its row was meant", wrong_roll("class token", row=None)),
            ("divide by the sum of the two patches", {"share": rolled()["class token"][1:]}),
            ("patch 1 keeps 0.8 of itself in layer 1, and 0.3 of that is taken in layer 2", {"by patch 1": 0.3}),
            ("the class token takes 0.1 in layer 1, and keeps 0.7 of it in layer 2", {"by the class token": 0.1}),
            ("the two ways are exchanged", {"by patch 1": 0.07}),
        ],
    ),
    Exercise(
        id="23.6",
        title="With fewer pictures",
        points=2,
        truth=lambda: READ,
        tolerance=0.1,
        mistakes=[
            *[("A begins low, and ends beside the best", {"A": n}) for n in NAMES - {"transformer"}],
            *[("B stays far below: it can't know where a patch is", {"B": n}) for n in NAMES - {"without positions"}],
            *[
                ("C is ahead with few pictures, and as good as A in the end", {"C": n})
                for n in NAMES - {"convolutions"}
            ],
            ("at the left end, not at the right", {"gap at 40": 1}),
            ("the lowest curve is not the second one", {"gap at 40": 41}),
            ("look for the height of C at 120, then where A has it", {"as good as 120": 120}),
            ("with all digits A is better than that", {"as good as 120": 1297}),
            ("the height of A less that of B, not B itself", {"lost": 72}),
            ("at the right end, not at the left", {"lost": 12}),
        ],
    ),
]
