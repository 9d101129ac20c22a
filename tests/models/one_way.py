"""One reference for all ways to read a text: each row alone, whole, without padding and without a cache."""

from itertools import pairwise

import torch

from course_lib.data.rows import pad, pad_left
from tests.parity import V, assert_near

TEXTS = [[3, 5, 7, 2, 9, 9, 4, 1, 6, 8, 2], [4, 6, 11, 5, 3, 16, 2], [12, 1, 8]]
MORE = 6  # tokens that follow one by one, in all rows
WAYS = {"at once": (0, 11), "one by one": range(12), "in pieces": (0, 1, 5, 6, 11)}


def padded(side):
    """`TEXTS` with padding on a side: tokens and positions, B T."""
    if side == "left":
        return pad_left(TEXTS)
    tokens = pad(TEXTS)
    steps = torch.arange(tokens.shape[1]).expand(tokens.shape)
    lengths = torch.tensor([[len(text)] for text in TEXTS])
    return tokens, torch.where(steps < lengths, steps, -1)


@torch.no_grad()
def assert_every_way_of_reading_is_the_same(model, reader, side, cuts, tolerance=1e-10):
    """`reader`, the `model` or what computes the same, gives the logits of the model for each row alone.

    The texts are read in pieces, padded on a side; then each goes on from where it stands, one token at a time, at
    times with a place of padding instead. Then one leaves the batch, the others change places, and read on: one token,
    and two more at once.
    """
    torch.manual_seed(0)
    tokens, positions = padded(side)
    new, rests = torch.randint(1, V, (MORE, len(TEXTS), 1)), torch.rand(MORE, len(TEXTS), 1) < 0.3
    rests[-1, 0], last = True, torch.randint(1, V, (len(TEXTS), 3))
    last[1] = 0  # it has left
    rows = [[*text, *new[:, i, 0][~rests[:, i, 0]].tolist(), *last[i].tolist()] for i, text in enumerate(TEXTS)]
    whole = [model(torch.tensor([row]))[0] for row in rows]

    cache, read = reader.new_cache(), [[] for _ in TEXTS]

    def take_in(tokens, positions):
        logits = reader(tokens, positions, cache=cache)
        for i in range(len(TEXTS)):
            read[i] += logits[i][positions[i] >= 0]

    for a, b in pairwise(cuts):
        take_in(tokens[:, a:b], positions[:, a:b])
    stands = torch.tensor([[len(text)] for text in TEXTS])
    for tokens, rest in zip(new, rests, strict=True):
        take_in(tokens, torch.where(rest, -1, stands))
        stands = stands + (~rest).long()
    stay = [2, 0]
    cache.select(torch.tensor(stay))
    for tokens in last[stay].split([1, 2], dim=1):
        read_on = reader(tokens, cache=cache)  # no positions: each row goes on from where it stands
        for i, logits in zip(stay, read_on, strict=True):
            read[i] += logits
    for logits, expected in zip(read, whole, strict=True):
        logits = torch.stack(logits)
        assert_near(logits.to(expected.dtype), expected[: len(logits)], tolerance)
