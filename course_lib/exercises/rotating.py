"""RoPE by hand, and the proof that only the distance counts."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def rotation_cases(seed):
    x, y, q, k = random_tensors(seed, (2, 3, 5, 8), (1, 2, 5, 6), (7, 4), (7, 4))
    q[-1], k[-1] = 9 * q[-1], 0  # the largest change is in the last row, and not on the diagonal
    first, shift = 257 + 2 * number(seed, 0, 99), number(seed, 2, 9)  # odd: bfloat16 has no such places
    return [
        (x, torch.arange(5), 10_000.0, q, k, shift),
        (scattered(y), first + torch.arange(5), 500.0, k, q, 3 * shift),
        (x.double(), torch.tensor([0, 3, 4, 7, 30]), 10_000.0, q, -k, shift),  # the largest change with the other sign
        ((y > 0).half() - 0.5, first + torch.arange(5), 10_000.0, q, k, shift),
    ]


def rotate(x, positions, base):
    """B H T E -> B H T E, pairs of neighbours turned."""
    frequencies = base ** (-torch.arange(0, x.shape[-1], 2, dtype=torch.float64) / x.shape[-1])
    angles = positions[:, None] * frequencies
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    turned = first * cos - second * sin, first * sin + second * cos
    return torch.stack(turned, dim=-1).flatten(-2)


def largest_change(rotate, q, k, shift):
    """By how much a score changes at most when everything moves by `shift` places."""
    here = torch.arange(len(q))
    near, far = (rotate(q, places) @ rotate(k, places).T for places in (here, here + shift))
    return (near - far).abs().max()


def uneven(x, positions):
    """Scale later tokens up: here a score also depends on the positions, so that there is a change to be found."""
    return x * (1 + 0.1 * positions[:, None].to(x.dtype) ** 2)


def turn_both(functions, x, positions, base, q, k, shift):
    turn, change = functions
    return {"turned": turn(x, positions, base), "largest change": change(uneven, q, k, shift)}


ROTATION = Exercise(
    id="15.2",
    title="Build the rotation",
    points=3,
    truth=(rotate, largest_change),
    cases=rotation_cases,
    run=turn_both,
    mistakes=[
        (
            "the pairs are halves, (x_i, x_(i + E/2)); asked for are neighbours",
            Edit(
                "x[..., 0::2], x[..., 1::2] → x.chunk(2, dim=-1)",
                "torch.stack(turned, dim=-1).flatten(-2) → torch.cat(turned, dim=-1)",
            ),
        ),
        (
            "the turned pairs are put back as two halves, not as neighbours",
            Edit("torch.stack(turned, dim=-1).flatten(-2) → torch.cat(turned, dim=-1)"),
        ),
        (
            "it turns the other way round: the signs of the sines are exchanged",
            Edit(", angles.sin() → , -angles.sin()"),
        ),
        (
            "the exponent is −2 i / E, not −i / E: too fast",
            Edit("arange(0, x.shape[-1], 2, → arange(x.shape[-1] // 2,"),
        ),
        ("the exponent lacks its minus: later pairs turn faster", Edit("(-torch → (torch")),
        (
            "the positions are ignored: the first token is taken to stand at place 0, the next at 1",
            Edit("positions[:, None] → (positions - positions[0])[:, None]"),
        ),
        ("all pairs turn by the same angle", Edit("* frequencies → * frequencies[:1]")),
        ("the base is given; here it is always 10,000", Edit("base ** → 10_000.0 **")),
        (
            "the angles have too few digits: compute them in single precision or better",
            Edit(
                "positions[:, None] * frequencies → (positions[:, None].bfloat16() * frequencies.bfloat16()).double()"
            ),
        ),
        (
            "the angles have too few digits: compute them in single precision or better",
            Edit("positions[:, None] * frequencies → positions[:, None].to(x.dtype) * frequencies.to(x.dtype)"),
        ),
        ("only the queries move; then the distance changes, too", Edit("rotate(k, places) → rotate(k, here)")),
        ("only the keys move; then the distance changes, too", Edit("rotate(q, places) → rotate(q, here)")),
        (
            "a change may go down as well: the largest size of a difference is asked for",
            Edit("(near - far).abs() → (near - far)"),
        ),
        (
            "a change may go down as well: the largest size of a difference is asked for",
            Edit("(near - far).abs() → (far - near)"),
        ),
        (
            "the first number of a pair was overwritten before the second one was made from it",
            Edit("turned = first * cos - second * sin, → turned = (first := first * cos - second * sin),"),
        ),
        (
            "asked for is the change of the scores, not of the vectors",
            Edit(
                "(near - far).abs().max() → "
                "max((rotate(x, here) - rotate(x, here + shift)).abs().max() for x in (q, k))"
            ),
        ),
        (
            "each query meets only the key at its own place; compare all scores",
            Edit("(near - far) → (near - far).diagonal()"),
        ),
    ],
)
