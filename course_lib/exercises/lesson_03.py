"""Exercises of lesson 03: the decoder layer."""

import torch

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.leaky_decoders import decoders
from course_lib.exercises.nine_steps import NINE_STEPS
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER

# 03.1 Nine steps on paper: the vectors of the lesson, and a third source word that has the vector of BOS

# este, é, o


def answer():
    bos, este, e = torch.tensor([[1.0, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    memory = torch.stack([este, e, bos])  # o has the vector of BOS
    weights = (memory @ bos / 2).softmax(dim=0)
    heard = weights @ memory
    added = bos + heard
    return {"weights": weights, "heard": heard, "step 6": (added - added.mean()) / added.std(correction=0)}


# 03.2 Who asks whom?


def maps_are():
    return {"A": "self", "B": "neither", "C": "cross", "D": "neither", "E": "self"}


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


def make_mask(q_positions, k_positions):
    """Positions T and S (or B T and B S) -> bool, T S (or B T S)."""
    return k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1)


# 03.4 Find the leak
def decoder_cases(seed):
    (x,) = random_tensors(seed, (6, 3))
    both = sum(decoders().values(), ())
    return [(both[i], x) for i in torch.randperm(len(both), generator=dice(seed))]


def sees_the_future(decoder, x):
    """Whether an output of `decoder` (T D -> T D) at `x` depends on a later input."""
    before = decoder(x)
    for t in range(1, len(x)):
        changed = x.clone()
        changed[t] = changed[t] + 1
        if not torch.equal(decoder(changed)[:t], before[:t]):
            return True
    return False


MAY_MOVE = (
    "it reports what may move: the changed place itself, later ones, or those behind a place that was changed before "
    "and not put back"
)


def sums_move(decoder, x):
    later = (x + torch.eye(6)[t][:, None] for t in range(1, 6))
    moved = (decoder(other) - decoder(x) for other in later)
    return any(abs(change[:t].mean()) > 1e-6 for t, change in enumerate(moved, start=1))


# 03.5 Count the rows


def rows():
    return {"training": 12, "with cache": 12, "without": 12 * 13 // 2, "examples": 12}


# 03.6 Too good to be true


def without_mask():
    return {"B", "E"}


EXERCISES = [
    Exercise(
        id="03.1",
        title="Nine steps on paper",
        points=2,
        truth=answer,
        tolerance=5e-3,
        mistakes=[
            ("the scores are not divided by √4 = 2", Edit(" / 2 → ")),
            ("the scores are divided by 4, not by its root", Edit("/ 2 → / 4")),
            (
                "only este and é are asked here; the third source word is missing",
                {"weights": [0.5, 0.5, 0.0]},
            ),
            (
                "cross-attention has no causal mask: BOS may look at the whole source, not at its first word only",
                {"weights": [1.0, 0, 0]},
            ),
            ("the residual connection is forgotten in step 5", Edit("bos + heard → heard")),
            (
                "the variance is a mean over 4 numbers; `std` of torch divides by 4 − 1",
                Edit("correction=0 → correction=1"),
            ),
            (
                "the normalization of step 6 is missing",
                Edit("(added - added.mean()) / added.std(correction=0) → added"),
            ),
            (
                "the last of the three is the vector of BOS itself: it gets more than the others",
                {"weights": [1 / 3, 1 / 3, 1 / 3]},
            ),
            ("these are the scores; the softmax is still to come", {"weights": [0.0, 0, 2]}),
            (
                "the values come from the memory, not from the target",
                Edit("weights @ memory → weights @ torch.stack([bos, este, e])"),
            ),
        ],
    ),
    Exercise(
        id="03.2",
        title="Who asks whom?",
        points=2,
        truth=maps_are,
        mistakes=[
            ("A is square, and empty above the diagonal: the output so far asks itself", {"A": ANY_OTHER}),
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
        truth=make_mask,
        cases=mask_cases,
        axes="query key",
        mistakes=[
            (
                "nobody may attend to itself: a query sees the keys that are not later, its own place included",
                Edit("<= → <"),
            ),
            (
                "the mask is transposed: rows are queries, columns are keys",
                Edit(
                    "k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1) → "
                    "k_positions.unsqueeze(-1) >= q_positions.unsqueeze(-2)"
                ),
            ),
            ("the mask looks into the future, and not at the past", Edit("<= → >=")),
            ("the mask is upside down; True means may attend", Edit("<= → >")),
            (
                "the triangle is made from sizes, not from positions: with earlier keys, it stands in the wrong corner",
                Edit(
                    "k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1) → "
                    "torch.ones(*q_positions.shape, k_positions.shape[-1], dtype=torch.bool).tril()"
                ),
            ),
            (
                "the window is off by one: each query sees the place after its own as well",
                Edit("q_positions.unsqueeze → (q_positions + 1).unsqueeze"),
            ),
            (
                "positions are counted anew for each call: those of the queries begin where they begin",
                Edit("q_positions.unsqueeze → (q_positions - q_positions[..., :1]).unsqueeze"),
            ),
            (
                "these numbers are to be added to scores; asked for is True where a query may look, and else False",
                Edit(
                    "k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1) → "
                    "torch.where(k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1), 0.0, -torch.inf)"
                ),
            ),
            ("each query sees its own place only", Edit("<= → ==")),
            (
                "every query sees every key: there is no mask",
                Edit(
                    "k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1) → "
                    "torch.ones(*q_positions.shape, k_positions.shape[-1], dtype=torch.bool)"
                ),
            ),
            (
                "all sequences of the batch get the mask of the first",
                lambda q, k: make_mask(q, k) if q.dim() == 1 else make_mask(q[:1], k[:1]).expand(len(q), -1, -1),
            ),
        ],
    ),
    Exercise(
        id="03.4",
        title="Find the leak",
        points=3,
        truth=sees_the_future,
        cases=decoder_cases,
        mistakes=[
            (MAY_MOVE, Edit("(changed)[:t] → (changed)[: t + 1]", "before[:t] → before[: t + 1]")),
            (MAY_MOVE, Edit("(changed)[:t] → (changed)[t:]", "before[:t] → before[t:]")),
            (
                "it changes the last place only, and misses a leak between earlier ones",
                Edit("range(1, len(x)) → [len(x) - 1]"),
            ),
            (
                "it changes one place in the middle only, and misses leaks from the others",
                Edit("range(1, len(x)) → [3]"),
            ),
            ("it looks at the first output only", Edit("(changed)[:t] → (changed)[:1]", "before[:t] → before[:1]")),
            (
                "it looks at the place just before only: a leak may reach further",
                Edit("(changed)[:t] → (changed)[t - 1 : t]", "before[:t] → before[t - 1 : t]"),
            ),
            (
                "it watches the places behind the changed one, which may move",
                Edit("(changed)[:t] → (changed)[t + 1 :]", "before[:t] → before[t + 1 :]"),
            ),
            ("it compares sums or means: these may stay while numbers move", sums_move),
            (
                "it forgives small changes: a faint leak is a leak",
                Edit(
                    "not torch.equal(decoder(changed)[:t], before[:t]) → "
                    "(decoder(changed)[:t] - before[:t]).abs().max() > 1e-3"
                ),
            ),
            ("it says that no decoder leaks", Edit("return True → return False")),
            ("it says that every decoder leaks", Edit("return False → return True")),
            ("True means a leak: the two answers are exchanged", lambda decoder, x: not sees_the_future(decoder, x)),
        ],
    ),
    Exercise(
        id="03.5",
        title="Count the rows",
        points=1,
        truth=rows,
        mistakes=[
            ("training takes all places in one pass: no row is computed twice", {"training": 78}),
            ("one pass has a row for each of the 12 words", {"training": 1}),
            ("without a cache step n computes n rows: 1 + 2 + … + 12", {"without": 12 * 12}),
            ("step n computes n rows: 1 + 2 + … + 12 = 12 · 13 / 2", {"without": 66}),
            ("with the cache only the new word goes through the layer", {"with cache": 78}),
            ("one row at each of the 12 steps", {"with cache": 1}),
            ("each of the 12 places is an example: given these words, predict the next", {"examples": 1}),
            ("each of the 12 places is an example: given these words, predict the next", {"examples": 11}),
            ("without the cache the old words go through again at every step", {"without": 12}),
        ],
    ),
    Exercise(
        id="03.6",
        title="Too good to be true",
        points=1,
        truth=without_mask,
        mistakes=[
            ("A's loss is high: nobody told it what comes next", {"A", "B", "E"}),
            ("C and F have a small loss and write well: that is what training is for", {"B", "C", "E", "F"}),
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
