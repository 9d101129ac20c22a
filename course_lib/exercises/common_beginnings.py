"""The rows of many prompts that begin alike."""

import torch

from course_lib.exercises.cases import dice
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def prompts(seed):
    source = dice(seed)
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


COMMON_BEGINNINGS = Exercise(
    id="21.3",
    title="A tree",
    points=2,
    truth=fewest_rows,
    cases=prompts,
    mistakes=[
        ("nothing is shared: this is the sum of all lengths", Edit("{tuple → [tuple", "+ 1)} → + 1)]")),
        ("only what all prompts share is computed once; some share more than others", only_what_all_share),
        (
            "only prompts that are the same are shared",
            Edit("{tuple → [tuple", "in prompts → in set(map(tuple, prompts))", "+ 1)} → + 1)]"),
        ),
        ("each shares with the one before it only; look at all earlier ones", with_the_one_before),
        (
            "the same token at the same position is another row if the text before it differs",
            Edit("tuple(ids[:n]) → (n, ids[n - 1])"),
        ),
        (
            "these are different tokens; a row is a token with all that stands before it",
            Edit("tuple(ids[:n]) → ids[n - 1]"),
        ),
        (
            "[1, 12] and [11, 2] have the same digits; compare lists of ids, as tuples",
            Edit("tuple(ids[:n]) → ''.join(map(str, ids[:n]))"),
        ),
        ("the empty beginning needs no row", Edit("range(1, len → range(len")),
        (
            "a prompt's last token is read, too: what follows it is asked",
            Edit("len(ids) + 1 → len(ids)"),
        ),
        ("these are the rows that are saved", Edit("len(beginnings) → sum(map(len, prompts)) - len(beginnings)")),
        ("the order of the tokens counts: a beginning is no set", Edit("ids[:n] → sorted(ids[:n])")),
        ("what prompts share is how they begin, not how they end", Edit("ids[:n] → ids[-n:]")),
        ("all that stands before counts, not only the token before", Edit("ids[:n] → ids[max(0, n - 2) : n]")),
        (
            "the longest prompt alone is not enough: others have rows of their own",
            Edit("len(beginnings) → max(map(len, prompts))"),
        ),
        (
            "asked for is a sum over all prompts, not a mean",
            Edit("len(beginnings) → sum(map(len, prompts)) / len(prompts)"),
        ),
    ],
)
