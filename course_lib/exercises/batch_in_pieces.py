"""Prompts of unequal length, read as one batch in pieces."""

import torch

from course_lib.exercises.cases import dice
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def batch_cases(seed):
    source = dice(seed)
    lengths = ((5, 2, 7), (3, 3, 1, 8), (6, 11))
    texts = [[torch.randint(1, 90, (n,), generator=source).tolist() for n in row] for row in lengths]
    texts[2][0][0] = texts[2][1][4] = 0  # a token as any other
    return [(texts[0], 2), (texts[1], 3), (texts[2], 5)]


def from_0_in_each_piece(prompts, size):
    return [(t, torch.where(p < 0, -1, torch.arange(p.shape[1]))) for t, p in in_pieces(prompts, size)]


def in_pieces(prompts, size):
    """Prompts -> pairs (tokens, positions), B and at most `size` columns each."""
    width = max(map(len, prompts))
    tokens = torch.tensor([[0] * (width - len(ids)) + ids for ids in prompts])
    positions = torch.tensor([[-1] * (width - len(ids)) + list(range(len(ids))) for ids in prompts])
    return list(zip(tokens.split(size, dim=1), positions.split(size, dim=1), strict=True))


BATCH_IN_PIECES = Exercise(
    id="21.2",
    title="A batch in pieces",
    points=3,
    truth=in_pieces,
    cases=batch_cases,
    mistakes=[
        ("positions start anew in each piece: they go on from the piece before", from_0_in_each_piece),
        (
            "padded on the right: the newest token must be the last column for all",
            Edit(
                "[0] * (width - len(ids)) + ids → ids + [0] * (width - len(ids))",
                "[-1] * (width - len(ids)) + list(range(len(ids))) → list(range(len(ids))) + [-1] * (width - len(ids))",
            ),
        ),
        (
            "a text begins at position 0, behind its padding",
            Edit("list(range(len(ids))) → list(range(width - len(ids), width))"),
        ),
        (
            "padding is no token: its position is −1",
            Edit("[-1] * (width - len(ids)) + list(range(len(ids))) → list(range(width))"),
        ),
        ("padding has the position −1; 0 is where the text begins", Edit("[-1] → [0]")),
        (
            "a text may hold the token 0, too: its length tells where it begins, not its tokens",
            Edit(
                "positions = torch.tensor([[-1] * (width - len(ids)) + list(range(len(ids))) for ids in prompts]) → "
                "positions = ((tokens != 0).cumsum(dim=1) - 1).where(tokens != 0, -1)"
            ),
        ),
        ("the last piece is missing", Edit("strict=True)) → strict=True))[:-1]")),
        ("positions are counted from 0, not from 1", Edit("list(range(len(ids))) → list(range(1, len(ids) + 1))")),
        (
            "`size` is the number of columns of a piece, not the number of pieces",
            Edit("tokens.split(size → tokens.chunk(size", "positions.split(size → positions.chunk(size"),
        ),
        ("the positions of a text go up, from 0", Edit("list(range(len(ids))) → list(range(len(ids)))[::-1]")),
        (
            "a piece has `size` columns, not one more",
            Edit("tokens.split(size → tokens.split(size + 1", "positions.split(size → positions.split(size + 1"),
        ),
        (
            "nothing is cut: a piece has at most `size` columns",
            Edit("tokens.split(size → tokens.split(width", "positions.split(size → positions.split(width"),
        ),
        (
            "here the batch is cut into groups of texts; keep all texts in each piece, and cut the columns",
            Edit(
                "tokens.split(size, dim=1) → tokens.split(size)",
                "positions.split(size, dim=1) → positions.split(size)",
            ),
        ),
    ],
)
