"""Exercises of lesson 03: the decoder layer."""

import torch

from course_lib.exercises.cases import as_mask, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.nine_steps import NINE_STEPS

# 03.1 Nine steps on paper: the vectors of the lesson, and a third source word that has the vector of BOS
BOS, THIS, IS = torch.tensor([[1.0, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
MEMORY = torch.stack([THIS, IS, BOS])  # este, é, o


def cross_attention(memory=MEMORY, scale=2.0, residual=1.0, normalize=True, correction=0):
    """Steps 4 to 6 of BOS, whose vector after step 3 is still the one that it began with."""
    weights = (memory @ BOS / scale).softmax(dim=0)
    heard = weights @ memory
    added = residual * BOS + heard
    normalized = (added - added.mean()) / added.std(correction=correction) if normalize else added
    return {"weights": weights, "heard": heard, "step 6": normalized}


# 03.2 Who asks whom?
MAPS = {"A": "self", "B": "neither", "C": "cross", "D": "neither", "E": "self"}


# 03.3 A mask for every occasion
def mask_cases(seed):
    length, old = number(seed, 4, 6), number(seed + 1, 7, 11)
    whole, starts = torch.arange(length), torch.tensor([[0], [old]])
    return [
        (whole, whole),
        (torch.tensor([old]), torch.arange(old + 1)),
        (torch.arange(old, old + 3), torch.arange(old + 3)),
        (starts + torch.tensor([[1, 2, 3], [0, 1, 2]]), starts + torch.arange(4)),  # two sequences, B T and B S
    ]


def positions_mask(q_positions, k_positions):
    return q_positions.unsqueeze(-1) >= k_positions.unsqueeze(-2)


def mask_from_sizes(q_positions, k_positions):
    sizes = *q_positions.shape, k_positions.shape[-1]
    return torch.ones(sizes, dtype=torch.bool).tril()


# 03.4 Find the leak
def decoders():
    """Functions T D -> T D: those that keep to the past, and those that do not."""

    def honest(x):
        return x.cumsum(dim=0) / torch.arange(1, len(x) + 1)[:, None]

    def blind(x):
        return torch.zeros_like(x)

    def centred(x):
        return honest(x) - x.mean(dim=0)

    def by_the_total(x):
        return honest(x) / x.logsumexp(dim=(0, 1))  # any change moves it, that of a sign, too

    def shifted(x):
        return x.roll(-1, dims=0)

    def faintly(x):
        return honest(x) + 1e-5 * x.flip(0).cumsum(dim=0).flip(0)

    def at_one_place(x):
        y = honest(x).clone()
        y[2:3] = y[2:3] + x[3:4].sum(dim=0)
        return y

    def at_the_end_only(x):
        y = honest(x).clone()
        y[-2:-1] = y[-2:-1] + x[-1]
        return y

    return {
        "honest": (honest, blind, torch.sin),
        "leaky": (centred, by_the_total, shifted, faintly, at_one_place, at_the_end_only),
    }


def decoder_cases(seed):
    (x,) = random_tensors(seed, (6, 3))
    return [(decoder, x) for kind in decoders().values() for decoder in kind]


def leaks(decoder, x, changed=range(1, 6), watched=lambda t: slice(0, t), tolerance=0.0, replace=lambda x: x + 1):
    """Whether a change of a later place moves an earlier output."""
    before = decoder(x)
    for t in changed:
        other = x.clone()
        other[t] = replace(other[t])
        moved = (decoder(other) - before)[watched(t)]
        if moved.numel() and moved.abs().max() > tolerance:
            return True
    return False


def tested_with(**changes):
    return lambda decoder, x: leaks(decoder, x, **changes)


# 03.5 Count the rows
ROWS = {"training": 12, "with cache": 12, "without": 78, "examples": 12}

# 03.6 Too good to be true
CHEATS = {"B", "E"}

EXERCISES = [
    Exercise(
        id="03.1",
        title="Nine steps on paper",
        points=2,
        truth=cross_attention,
        tolerance=5e-3,
        mistakes=[
            ("the scores are not divided by √4 = 2", cross_attention(scale=1)),
            ("the scores are divided by 4, not by its root", cross_attention(scale=4)),
            (
                "only este and é are asked here; the third source word is missing",
                {"weights": torch.tensor([0.5, 0.5, 0.0])},
            ),
            (
                "cross-attention has no causal mask: BOS may look at the whole source, not at its first word only",
                {"weights": torch.tensor([1.0, 0, 0])},
            ),
            ("the residual connection is forgotten in step 5", {"step 6": cross_attention(residual=0)["step 6"]}),
            (
                "the variance is a mean over 4 numbers; `std` of torch divides by 4 − 1",
                {"step 6": cross_attention(correction=1)["step 6"]},
            ),
            ("the normalization of step 6 is missing", {"step 6": cross_attention(normalize=False)["step 6"]}),
            (
                "the values come from the memory, not from the target",
                {"heard": cross_attention()["weights"] @ torch.stack([BOS, THIS, IS])},
            ),
        ],
    ),
    Exercise(
        id="03.2",
        title="Who asks whom?",
        points=2,
        truth=lambda: MAPS,
        mistakes=[
            ("A is square, and empty above the diagonal: the output so far asks itself", {"A": "cross"}),
            ("the rows of B do not sum to 1: no softmax gives that", {"B": "self"}),
            ("the rows of B do not sum to 1: no softmax gives that", {"B": "cross"}),
            ("C has more columns than rows: one sequence asks another", {"C": "self"}),
            ("C has no empty half, and needs none: the source was complete before", {"C": "neither"}),
            ("in D, words look to the right of the diagonal and nowhere else: the mask is transposed", {"D": "self"}),
            ("D has four columns, one for each word written so far; the source has five tokens", {"D": "cross"}),
            ("E is a masked map, too: a word may put all of its weight on one place of the past", {"E": "neither"}),
            ("E is square, and empty above the diagonal", {"E": "cross"}),
        ],
    ),
    Exercise(
        id="03.3",
        title="A mask for every occasion",
        points=3,
        truth=positions_mask,
        cases=mask_cases,
        run=as_mask,
        axes="query key",
        mistakes=[
            (
                "nobody may attend to itself: a query sees the keys that are not later, its own place included",
                lambda q, k: q.unsqueeze(-1) > k.unsqueeze(-2),
            ),
            (
                "the mask is transposed: rows are queries, columns are keys",
                lambda q, k: k.unsqueeze(-1) >= q.unsqueeze(-2),
            ),
            ("the mask looks into the future, and not at the past", lambda q, k: q.unsqueeze(-1) <= k.unsqueeze(-2)),
            ("the mask is upside down; True means may attend", lambda q, k: ~positions_mask(q, k)),
            (
                "the triangle is made from sizes, not from positions: with earlier keys, it stands in the wrong corner",
                mask_from_sizes,
            ),
            (
                "the window is off by one: each query sees the place after its own as well",
                lambda q, k: positions_mask(q + 1, k),
            ),
            (
                "positions are counted anew for each call: those of the queries begin where they begin",
                lambda q, k: positions_mask(q - q[..., :1], k),
            ),
            (
                "these numbers are to be added to scores; asked for is True where a query may look, and else False",
                lambda q, k: torch.zeros(positions_mask(q, k).shape).masked_fill(~positions_mask(q, k), -torch.inf),
            ),
            ("each query sees its own place only", lambda q, k: q.unsqueeze(-1) == k.unsqueeze(-2)),
            ("every query sees every key: there is no mask", lambda q, k: torch.ones_like(positions_mask(q, k))),
            (
                "all sequences of the batch get the mask of the first",
                lambda q, k: (
                    positions_mask(q, k) if q.dim() == 1 else positions_mask(q[:1], k[:1]).expand(len(q), -1, -1)
                ),
            ),
        ],
    ),
    Exercise(
        id="03.4",
        title="Find the leak",
        points=3,
        truth=leaks,
        cases=decoder_cases,
        mistakes=[
            *[
                (
                    "it reports what may move: the changed place itself, later ones, or those behind a place that was "
                    "changed before and not put back",
                    tested_with(watched=watched),
                )
                for watched in (lambda t: slice(0, t + 1), lambda t: slice(t, None))
            ],
            ("it changes the last place only, and misses a leak between earlier ones", tested_with(changed=[5])),
            ("it changes one place in the middle only, and misses leaks from the others", tested_with(changed=[3])),
            ("it looks at the first output only", tested_with(watched=lambda t: slice(0, 1))),
            ("it forgives small changes: a faint leak is a leak", tested_with(tolerance=1e-3)),
            ("it says that no decoder leaks", lambda decoder, x: False),
            ("it says that every decoder leaks", lambda decoder, x: True),
            ("True means a leak: the two answers are exchanged", lambda decoder, x: not leaks(decoder, x)),
        ],
    ),
    Exercise(
        id="03.5",
        title="Count the rows",
        points=1,
        truth=lambda: ROWS,
        mistakes=[
            ("training takes all places in one pass: no row is computed twice", {"training": 78}),
            ("one pass has a row for each of the 12 words", {"training": 1}),
            ("without a cache step n computes n rows: 1 + 2 + … + 12", {"without": 12 * 12}),
            ("step n computes n rows: 1 + 2 + … + 12 = 12 · 13 / 2", {"without": 66}),
            ("with the cache only the new word goes through the layer", {"with cache": 78}),
            ("each of the 12 places is an example: given these words, predict the next", {"examples": 1}),
            ("each of the 12 places is an example: given these words, predict the next", {"examples": 11}),
            ("without the cache the old words go through again at every step", {"without": 12}),
        ],
    ),
    Exercise(
        id="03.6",
        title="Too good to be true",
        points=1,
        truth=lambda: CHEATS,
        mistakes=[
            ("E is missing: its loss is as small as B's, and it writes the end at once", {"B"}),
            ("B is missing: with nearly no loss it writes one word again and again", {"E"}),
            ("C has a small loss and writes well: that is what training is for", {"B", "C", "E"}),
            (
                "A and D have not learnt much yet: their loss is honest, and as bad as what they write",
                {"A", "B", "D", "E"},
            ),
            ("D writes badly, but its loss says so: a cheat is one whose loss does not", {"B", "D", "E"}),
            ("these are the honest ones", {"A", "C", "D", "F"}),
            ("a small loss alone is no symptom: F writes well", {"B", "E", "F"}),
        ],
    ),
    NINE_STEPS,
]
