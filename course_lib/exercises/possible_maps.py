"""What is wrong with a map of attention, if anything."""

import torch

from course_lib.exercises.cases import random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.nn import attention_weights, causal_mask


def map_cases(seed):
    q, k, far_q, far_k = random_tensors(seed, *[(1, 1, 5, 3)] * 2, *[(1, 1, 11, 3)] * 2)
    real, triangle = torch.tensor([True] * 4 + [False]), causal_mask(torch.arange(5))
    free, padded = attention_weights(q, k)[0, 0], attention_weights(q, k, real)[0, 0]
    causal, both = (attention_weights(q, k, mask)[0, 0] for mask in (triangle, triangle & real))
    everywhere = torch.ones(5, dtype=torch.bool)
    holes = torch.tensor([True, True, False, True, True])
    around, far = attention_weights(q, k, holes)[0, 0], torch.eye(5)
    far[0, [0, 3]] = 0.5
    next_one = torch.eye(5)
    next_one[3, 3:] = 0.5
    rounded, one_row = 1.00007 * free, free * torch.tensor([[1.0], [1.0], [1.0], [1.0], [1.00017]])
    return [
        (free, False, everywhere),
        (padded, False, real),
        (both, True, real),
        (free, False, real),
        (causal, True, real),
        (padded, True, real),
        (free.T, False, everywhere),
        (0.9 * causal, True, everywhere),
        (2 * free, True, real),
        (torch.eye(5), True, everywhere),
        (far, True, everywhere),  # one weight in the future, and that not of the next place
        (next_one, True, everywhere),  # one weight in the future, that of the next place
        (rounded, False, everywhere),  # all sums are off by less than what is allowed
        (one_row, False, everywhere),  # one sum is off by more, the last
        (around, False, holes),
        (padded, False, holes),
        (attention_weights(far_q, far_k)[0, 0], False, torch.ones(11, dtype=torch.bool)),
    ]


def problems(weights, causal, real):
    """A map T S, whether it is causal, which columns are real -> a set of words."""
    found = set()
    if (weights.sum(dim=-1) - 1).abs().max() > 1e-4:
        found.add("sums")
    if causal and weights.triu(1).any():
        found.add("future")
    if weights[:, ~real].any():
        found.add("padding")
    return found


POSSIBLE = Exercise(
    id="07.3",
    title="Is this map possible?",
    points=2,
    truth=problems,
    cases=map_cases,
    mistakes=[
        (
            "it sums the columns; the weights of each row sum to 1",
            Edit("sum(dim=-1) → sum(dim=0)"),
        ),
        (
            "a sum may be too small, too: take the size of the difference",
            Edit(".abs().max() → .max()"),
        ),
        ("sums are rounded: allow for 0.0001", Edit("> 1e-4 → > 0")),
        *[
            ("rounding is less than 0.0001: a sum that is further off is wrong", Edit(f"> 1e-4 → > {more}"))
            for more in ("0.1", "0.01", "0.001")
        ],
        (
            "each row must sum to 1, not the rows on average",
            Edit(".sum(dim=-1) - 1).abs().max() → .sum(dim=-1).mean() - 1).abs()"),
        ),
        ("the sums are not checked", Edit('found.add("sums") → pass')),
        ("the future is not checked", Edit('found.add("future") → pass')),
        ("the padding is not checked", Edit('found.add("padding") → pass')),
        (
            "it takes the past for the future: the future lies right of the diagonal",
            Edit("triu(1) → tril(-1)"),
        ),
        (
            "it counts the diagonal as future; a token may look at itself",
            Edit("triu(1) → triu()"),
        ),
        ("it looks for weight on the real columns: those may have it", Edit("~real → real")),
        ("padding is a column that nobody may look at, not a row", Edit("[:, ~real] → [~real]")),
        (
            "several things may be wrong at once: three times `if`, no `elif`",
            Edit("if causal and → elif causal and", "if weights[:, ~real] → elif weights[:, ~real]"),
        ),
        (
            "the future is checked in every map, also where there is no causal mask",
            Edit("if causal and → if"),
        ),
    ],
)
