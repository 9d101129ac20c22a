"""Exercises of lesson 07: attention maps."""

import torch

from course_lib.nn import attention_weights, causal_mask
from course_lib.workshop.exercises.cases import number, random_tensors, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 07.1 Record without changing
def recording_cases(seed):
    heads, width = number(seed, 2, 3), number(seed + 7, 5, 7)
    q, k, v = random_tensors(seed, (2, heads, 4, width), (2, heads, 6, width), (2, heads, 6, width))
    mask = torch.arange(6) < torch.tensor([[6], [4]])
    causal = torch.ones(4, 4, dtype=torch.bool).tril()
    return [(q, k, v, None), (q, scattered(k), v, mask[:, None, None]), (q, k[:, :, :4], v[:, :, :4], causal)]


def run_recording(answer, q, k, v, mask):
    """What a watched layer gives, called twice, and what was kept on the way."""
    kept = []
    attend = answer(kept)
    if attend is None:
        return None
    output = attend(q, k, v, mask)
    attend(q, k, v, mask)
    return {"output": output, "how many were kept": len(kept), "weights": kept[0] if kept else None}


def watch(kept):
    """A list -> a function of q, k, v and mask that appends its weights to the list."""

    def attend(q, k, v, mask=None):
        weights = attention_weights(q, k, mask)
        kept.append(weights)
        return weights @ v

    return attend


# 07.2 Which kind is it?
def kinds():
    return {"A": "cross", "B": "encoder", "C": "decoder", "rows of A": "output", "columns of A": "input"}


# 07.3 Is this map possible?
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


# 07.4 Find the bug: a head that looks back
def head_cases(seed):
    length = number(seed, 4, 7)
    q, k = random_tensors(seed, (1, 1, length, 4), (1, 1, length, 4))
    mask = causal_mask(torch.arange(length))
    previous = torch.eye(length).roll(-1, dims=1).tril() + torch.eye(length) * (torch.arange(length) == 0)
    return [(attention_weights(q, k, mask)[0, 0],), (previous,), (mask / mask.sum(dim=1, keepdim=True),)]


def looks_back(weights):
    """A causal map T T -> how much it looks at the previous token, above an even head."""
    even = 1 / torch.arange(2, len(weights) + 1)
    return (weights.diagonal(-1) - even).mean()


# 07.5 From a map to a score
# English over Portuguese


def alignment():
    return {"links": {(0, 0), (1, 1), (2, 3), (0, 2)}, "precision": 0.75, "recall": 0.75, "AER": 0.25}


# 07.6 Take a head away
def ablation():
    return {
        "row 1 without A": "book",
        "row 1 without A and B": "end",
        "row 2 without A": "is",
        "row 2 without C": "end",
        "most needed": "C",
        "a map shows": "where",
    }


EXERCISES = [
    Exercise(
        id="07.1", title="Record without changing", points=3, truth=watch, cases=recording_cases, run=run_recording
    ),
    Exercise(id="07.2", title="Which kind is it?", points=1, truth=kinds),
    Exercise(id="07.3", title="Is this map possible?", points=2, truth=problems, cases=map_cases),
    Exercise(id="07.4", title="Find the bug: a head that looks back", points=2, truth=looks_back, cases=head_cases),
    Exercise(id="07.5", title="From a map to a score", points=2, truth=alignment, tolerance=5e-3),
    Exercise(id="07.6", title="Take a head away", points=2, truth=ablation),
]
