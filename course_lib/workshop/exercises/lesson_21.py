"""Exercises of lesson 21: serving."""

import torch

from course_lib.workshop.exercises.cases import number, random_tensors, rng
from course_lib.workshop.exercises.exercise import Exercise


# 21.1 Steps
def queues(seed):
    lengths = torch.randint(1, 30, (11,), generator=rng(seed)).tolist()
    return [(lengths, 3), ([5, 1, 2, 2, number(seed, 7, 9)], 2), ([4, 4, 9], 5), ([*lengths, 3, 50], 4)]


def steps(lengths, rows):
    """Tokens of each answer, and how many rows there are -> steps with fixed batches and with continuous ones."""
    batches = [lengths[start : start + rows] for start in range(0, len(lengths), rows)]
    free_at = [0] * rows
    for length in lengths:
        free_at[free_at.index(min(free_at))] += length
    return {"fixed": sum(max(batch) for batch in batches), "continuous": max(free_at)}


# 21.2 A batch in pieces
def batch_cases(seed):
    source = rng(seed)
    lengths = ((5, 2, 7), (3, 3, 1, 8), (6, 11))
    texts = [[torch.randint(1, 90, (n,), generator=source).tolist() for n in row] for row in lengths]
    texts[2][0][0] = texts[2][1][4] = 0  # a token as any other
    return [(texts[0], 2), (texts[1], 3), (texts[2], 5)]


def in_pieces(prompts, size):
    """Prompts -> pairs (tokens, positions), B and at most `size` columns each."""
    width = max(map(len, prompts))
    tokens = torch.tensor([[0] * (width - len(ids)) + ids for ids in prompts])
    positions = torch.tensor([[-1] * (width - len(ids)) + list(range(len(ids))) for ids in prompts])
    return list(zip(tokens.split(size, dim=1), positions.split(size, dim=1), strict=True))


# 21.3 A tree
def prompts(seed):
    source = rng(seed)
    draw = torch.randint(1, 4, (9, 6), generator=source).tolist()
    lengths = torch.randint(2, 7, (9,), generator=source).tolist()
    some = [[7, 8, *ids[:n]] for ids, n in zip(draw, lengths, strict=True)]
    return [(some,), ([*some[:4], some[1], some[0][:3], [5, 5, 8, 1, 7]],), ([[7, 8, 9]],), ([[1, 12], [11, 2]],)]


def common(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def only_what_all_share(prompts):
    shared = min(common(prompts[0], ids) for ids in prompts)
    return shared + sum(len(ids) - shared for ids in prompts)


def with_the_one_before(prompts):
    pairs = zip(prompts, prompts[1:], strict=False)
    return len(prompts[0]) + sum(len(b) - common(a, b) for a, b in pairs)


def fewest_rows(prompts):
    """Lists of ids -> the number of rows that must be computed."""
    beginnings = {tuple(ids[:n]) for ids in prompts for n in range(1, len(ids) + 1)}
    return len(beginnings)


# 21.4 Pages: 16 positions each; a system message of 100 tokens, 8 users with 20 tokens, answers of 30 at most
def pages():
    of_one, shared = -(-(100 + 20 + 30) // 16), 100 // 16
    return {
        "of one": of_one,
        "shared": shared,
        "of eight": shared + 8 * (of_one - shared),
        "tokens read": 8 * 120 - 7 * shared * 16,
        "texts in 128": (128 - shared) // (of_one - shared),
    }


# 21.5 A draft's worth
def drafts(seed):
    p, q = (logits.softmax(dim=-1) for logits in random_tensors(seed, (7,), (7,)))
    paper = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.1, 0.2, 0.7])
    return [(*paper, 4, 0.5), (p, q, number(seed, 2, 6), 0.1), (q, p, 1, 0.0)]


def worth(p, q, k, c):
    """Two distributions, the number of guesses and the time of one -> rest, kept, tokens, gain."""
    alpha = float(torch.minimum(p, q).sum())
    rest = (p - q).clamp_min(0)
    tokens = sum(alpha**i for i in range(k + 1))
    return {"rest": rest / rest.sum(), "kept": alpha, "tokens": tokens, "gain": tokens / (1 + k * c)}


# 21.6 What is wrong here?
def weights(seed):
    first, second = random_tensors(seed, (3, 64), (5, 24))
    return [(first, 4, 32), (second * 10, 3, 8), (first + 2, 2, 16)]


def rounded(weight, bits, group):
    """Rows of weights -> what comes back of them."""
    groups = weight.unflatten(-1, (-1, group))
    lowest, highest = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    scale = (highest - lowest) / (2**bits - 1)
    return (lowest + scale * ((groups - lowest) / scale).round()).flatten(-2)


EXERCISES = [
    Exercise(id="21.1", title="Steps", points=3, truth=steps, cases=queues),
    Exercise(
        id="21.2",
        title="A batch in pieces",
        points=3,
        truth=in_pieces,
        cases=batch_cases,
    ),
    Exercise(
        id="21.3",
        title="A tree",
        points=2,
        truth=fewest_rows,
        cases=prompts,
        mistakes=[
            ("only what all prompts share is computed once; some share more than others", only_what_all_share),
            ("each shares with the one before it only; look at all earlier ones", with_the_one_before),
        ],
    ),
    Exercise(id="21.4", title="Pages", points=2, truth=pages),
    Exercise(id="21.5", title="A draft's worth", points=3, truth=worth, cases=drafts),
    Exercise(id="21.6", title="What is wrong here?", points=2, truth=rounded, cases=weights, axes="row column"),
]
