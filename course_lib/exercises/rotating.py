"""RoPE by hand, and the proof that only the distance counts; with the ways to get them wrong."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered


def rotation_cases(seed):
    x, y, q, k = random_tensors(seed, (2, 3, 5, 8), (1, 2, 5, 6), (7, 4), (7, 4))
    first, shift = 257 + 2 * number(seed, 0, 99), number(seed, 2, 9)  # odd: bfloat16 has no such places
    return [
        (x, torch.arange(5), 10_000.0, q, k, shift),
        (scattered(y), first + torch.arange(5), 500.0, k, q, 3 * shift),
        (x.double(), torch.tensor([0, 3, 4, 7, 30]), 10_000.0, q, k, 1),
    ]


def neighbours(x):
    return x[..., 0::2], x[..., 1::2]


def interleaved(first, second):
    return torch.stack([first, second], dim=-1).flatten(-2)


def joined(first, second):
    return torch.cat([first, second], dim=-1)


def rotated(angle=lambda p, i, E, base: p * base ** (-2 * i / E), split=neighbours, join=interleaved, sign=1):
    """A rotation with one thing changed."""

    def rotate(x, positions, base):
        E = x.shape[-1]
        angles = angle(positions[:, None].double(), torch.arange(E // 2).double(), E, base)
        cos, sin = angles.cos().to(x), sign * angles.sin().to(x)
        first, second = split(x)
        return join(first * cos - second * sin, first * sin + second * cos)

    return rotate


def uneven(x, positions):
    """Turns further and further: here a score depends on the places, too, so that there is a change to be found."""
    return rotated(lambda p, i, E, base: 0.1 * p * p / (i + 1))(x, positions, 1.0)


def largest_change(rotate, q, k, shift):
    here = torch.arange(len(q))
    near, far = (rotate(q, places) @ rotate(k, places).T for places in (here, here + shift))
    return (near - far).abs().max()


def only_queries_move(rotate, q, k, shift):
    here = torch.arange(len(q))
    near, far = (rotate(q, here + s) @ rotate(k, here).T for s in (0, shift))
    return (near - far).abs().max()


def only_keys_move(rotate, q, k, shift):
    here = torch.arange(len(q))
    near, far = (rotate(q, here) @ rotate(k, here + s).T for s in (0, shift))
    return (near - far).abs().max()


def largest_without_sizes(rotate, q, k, shift):
    here = torch.arange(len(q))
    near, far = (rotate(q, places) @ rotate(k, places).T for places in (here, here + shift))
    return [(near - far).max(), (far - near).max()]


def overwritten(x, positions, base):
    """The second number of a pair is made from the first one after its turn."""
    E = x.shape[-1]
    angles = positions[:, None].double() * base ** (-2 * torch.arange(E // 2).double() / E)
    cos, sin = angles.cos().to(x), angles.sin().to(x)
    first = x[..., 0::2] * cos - x[..., 1::2] * sin
    return interleaved(first, first * sin + x[..., 1::2] * cos)


def change_of_vectors(rotate, q, k, shift):
    here = torch.arange(len(q))
    return max((rotate(x, here) - rotate(x, here + shift)).abs().max() for x in (q, k))


def same_places_only(rotate, q, k, shift):
    here = torch.arange(len(q))
    near, far = ((rotate(q, places) * rotate(k, places)).sum(dim=-1) for places in (here, here + shift))
    return (near - far).abs().max()


def built(angle=lambda p, i, E, base: p * base ** (-2 * i / E), **changes):
    """Both answers of 15.2, with one thing changed in the rotation."""
    return rotated(angle, **changes), largest_change


def turn_both(functions, x, positions, base, q, k, shift):
    rotate, change = functions
    return {"turned": rotate(x, positions, base), "largest change": change(uneven, q, k, shift)}


ROTATION_MISTAKES = [
    (
        "the pairs are halves, (x_i, x_(i + E/2)); asked for are neighbours",
        built(split=lambda x: x.chunk(2, dim=-1), join=joined),
    ),
    ("the turned pairs are put back as two halves, not as neighbours", built(join=joined)),
    ("it turns the other way round: the signs of the sines are exchanged", built(sign=-1)),
    ("the exponent is −2 i / E, not −i / E: too fast", built(lambda p, i, E, base: p * base ** (-i / E))),
    ("the exponent lacks its minus: later pairs turn faster", built(lambda p, i, E, b: p * b ** (2 * i / E))),
    (
        "the positions are ignored: the first token is taken to stand at place 0, the next at 1",
        built(lambda p, i, E, base: (p - p[0]) * base ** (-2 * i / E)),
    ),
    ("all pairs turn by the same angle", built(lambda p, i, E, base: p.expand(-1, len(i)))),
    ("the base is given; here it is always 10,000", built(lambda p, i, E, base: p * 10_000 ** (-2 * i / E))),
    (
        "the angles have too few digits: compute them in single precision or better",
        built(lambda p, i, E, base: (p.bfloat16() * (base ** (-2 * i / E)).bfloat16()).double()),
    ),
    ("only the queries move; then the distance changes, too", (rotated(), only_queries_move)),
    ("only the keys move; then the distance changes, too", (rotated(), only_keys_move)),
    *[
        (
            "a change may go down as well: the largest size of a difference is asked for",
            (rotated(), lambda *case, i=i: largest_without_sizes(*case)[i]),
        )
        for i in (0, 1)
    ],
    (
        "the first number of a pair was overwritten before the second one was made from it",
        (overwritten, largest_change),
    ),
    (
        "asked for is the change of the scores, not of the vectors",
        (rotated(), change_of_vectors),
    ),
    ("each query meets only the key at its own place; compare all scores", (rotated(), same_places_only)),
]
