"""24.3, A colleague's loss: two pictures with the same caption in one batch."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.two_towers import HALF, TIMES, unit


def loss_cases(seed):
    cases = []
    for B, J, distinct, scale in ((5, 3, 3, 4.0), (7, 4, 7, 9.0), (6, 2, 2, 2.5)):
        images, texts = random_tensors(seed + B, (B, J), (distinct, J))
        kind = torch.arange(B) % distinct
        cases.append((scattered(unit(images)), unit(texts)[kind], scale, kind == kind.unsqueeze(1)))
    noise, text = random_tensors(seed, (4, 5), (1, 5))
    away = unit(0.1 * noise - unit(text))  # all logits are about -40
    return [*cases, (away, unit(text).repeat(4, 1), 40.0, torch.ones(4, 4, dtype=torch.bool))]


def loss(images, texts, scale, same):
    """B J, B J, a number, B B -> one number."""
    logits = scale * images @ texts.T
    own = torch.eye(len(logits), dtype=torch.bool)
    logits = logits.masked_fill(same & ~own, -torch.inf)
    pairs = torch.arange(len(logits))
    return (F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2


DUPLICATES = Exercise(
    id="24.3",
    title="Find the bug: a colleague's loss",
    points=3,
    truth=loss,
    cases=loss_cases,
    mistakes=[
        ("both faults are still there", Edit("-torch.inf → 0.0", "cross_entropy(logits.T → cross_entropy(logits")),
        ("the softmax runs along the rows both times", Edit("cross_entropy(logits.T → cross_entropy(logits")),
        ("the softmax runs along the columns both times", Edit("cross_entropy(logits, → cross_entropy(logits.T,")),
        ("a logit of 0 is no ban: e⁰ = 1 is still in the sum", Edit("-torch.inf → 0.0")),
        ("duplicates are still held to be wrong", Edit("same & ~own → same & False")),
        ("the pair itself is taken out, too", Edit("same & ~own → same")),
        (
            "one softmax over the whole table",
            Edit(
                "(F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2 → "
                "(logits.logsumexp((0, 1)) - logits.diagonal()).mean()"
            ),
        ),
        ("the mean of the pairs, not their sum", Edit("/ 2 → / 2 * len(logits)")),
        (HALF, Edit(" / 2 → ")),
        (TIMES, Edit("scale * images @ texts.T → images @ texts.T / scale")),
        ("the scale is forgotten", Edit("scale * images → images")),
        *[
            (f"a duplicate's logit of {n} is still in the sum; only −∞ takes it out", Edit(f"-torch.inf → {n}"))
            for n in ("-1.0", "-10.0", "-scale")
        ],
    ],
)
