"""A cache that is a ring, with a sink."""

from course_lib.exercises.cases import number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def ring_cases(seed):
    W = number(seed, 3, 6)
    return [(length, window, first) for length, window, first in ((W + 7, W, 2), (23, 5, 4), (4, 6, 2), (2, 4, 3))]


def held(length, window, first):
    """The positions in the cache, in the order of its places."""
    cache = {}
    for p in range(length):
        cache[p if p < first else first + (p - first) % window] = p
    return [cache[place] for place in sorted(cache)]


def lost(held, length, window, first):
    """The positions that the newest token may see, and that are not in the cache."""
    visible = {k for k in range(length) if length - 1 - k < window or k < first}
    return visible - set(held(length, window, first))


def forgetful(length, window, first):
    """A cache with four faults: no first tokens, neither the oldest nor the newest of the others, one out of sight."""
    return [*range(max(length - window + 1, first), length - 1), *range(first, length - window)[:1]]


def run_ring(functions, length, window, first):
    hold, missing = functions
    return {"held": hold(length, window, first), "lost": missing(forgetful, length, window, first)}


RING = Exercise(
    id="19.2",
    title="A ring with a sink",
    points=3,
    truth=(held, lost),
    cases=ring_cases,
    run=run_ring,
    mistakes=[
        (
            "the first tokens are overwritten: this is a ring without a sink",
            Edit("p if p < first else first + (p - first) % window → p % window"),
        ),
        (
            "right, but in the order of the text; asked for is the order of places",
            Edit("[cache[place] for place in sorted(cache)] → sorted(cache.values())"),
        ),
        (
            "the token `first` goes to the first place of the ring: subtract before you divide",
            Edit("(p - first) % window → p % window"),
        ),
        (
            "the ring has `window` places; the kept tokens come on top",
            Edit("% window → % max(window - first, 1)"),
        ),
        ("the ring has one place too many", Edit("% window → % (window + 1)")),
        ("the ring has `window` places; those of the kept tokens lie before it", Edit("% window → % (window + first)")),
        ("nothing is ever overwritten", Edit("[cache[place] for place in sorted(cache)] → list(range(length))")),
        ("the first tokens may be seen, too, and are lost", Edit(" or k < first → ")),
        (
            "the text has the positions 0 to length − 1 only",
            Edit(
                "{k for k in range(length) if length - 1 - k < window or k < first} → "
                "{*range(length - window, length), *range(first)}"
            ),
        ),
        (
            "a window of W reaches back W − 1 tokens; this is one more",
            Edit("- k < window → - k <= window"),
        ),
        (
            "a window of W reaches back W − 1 tokens; this is one fewer",
            Edit("- k < window → - k < window - 1"),
        ),
        ("this is what is held; asked for is what is missing", Edit("visible - set → set")),
        (
            "a token that is held and out of sight is not lost",
            Edit("visible - set → visible ^ set"),
        ),
        (
            "all tokens of the text are looked for, not only those in sight",
            Edit("visible - set → set(range(length)) - set"),
        ),
    ],
)
