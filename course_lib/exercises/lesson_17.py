"""Exercises of lesson 17: KV caching."""

import math

import torch

from course_lib.exercises.cached_layers import largest_difference, plainly, stack_cases, stepping, through_the_cache
from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise

# 17.1 Which rows?
ROWS = {"end": 12, "replaced": 7, "system": 0, "dropped": 4, "no mask": 0, "no mask, first layer": 12}


# 17.2 By hand
def read_with(**changes):
    """Both answers of 17.2, with one thing changed in the step."""
    return stepping(**changes), largest_difference


def differing(**changes):
    return stepping(), lambda *case: largest_difference(*case, **changes)


def turned_round(X, layers):
    return -plainly(X, layers)


def run_both(functions, X, layers):
    step, difference = functions
    outputs = through_the_cache(step, X, layers)
    found = difference(stepping(scale=float), turned_round, X, layers)  # both with a fault, so that there is one
    return None if outputs is None else {"outputs": outputs, "largest difference": found}


# 17.3 Rows
def conversations(seed):
    system, a, b = (number(seed + i, 3, 30) for i in range(3))
    ns, power = [10, 20, 70], 1 + 0.5 * number(seed, 1, 5)
    return [
        (system, [(a, b)], ns, [3 * n**power * (1.3 if n == 20 else 1) for n in ns]),
        (0, [(5, 2), (a, 7), (3, b)], ns[:2], [n**3 + 5 * n for n in ns[:2]]),
        (system, [(b, a)] * 5, (4, 64), (7.0, 7.0 * 4**power)),
    ]


def rows(system, turns):
    counts, before = {"plain": 0, "per turn": 0}, system
    for question, answer in turns:
        prompt = before + question
        counts["plain"] += sum(prompt + written for written in range(answer))
        counts["per turn"] += prompt + answer - 1
        before = prompt + answer
    return {**counts, "kept": before - 1}


def power(lengths, costs):
    return math.log(costs[-1] / costs[0]) / math.log(lengths[-1] / lengths[0])


def run_counts(functions, system, turns, lengths, costs):
    count, find = functions
    counts = count(system, turns)
    return None if counts is None else {"rows": counts, "power": find(lengths, costs)}


def miscounted(change):
    """Other numbers of rows: `change(system, turns, true counts)`."""
    return lambda system, turns: {**rows(system, turns), **change(system, turns, rows(system, turns))}, power


# 17.4 Bytes: layers, key-value heads, query heads, context, billions of parameters; heads are 128 wide
KNOWN = {"Llama 2 70B": (80, 8, 64, 4096, 69), "Llama 2 7B": (32, 32, 32, 4096, 6.7)}
KNOWN |= {"Llama 3.1 8B": (32, 8, 32, 131072, 8.0)}


def users(name, card=160 * 2**30, both=2, tokens=4000, weights=2e9, heads=1, whole=math.floor):
    L, *sizes, billions = KNOWN[name]
    return whole((card - billions * weights) / (both * L * sizes[heads - 1] * 128 * tokens * 2))


FORMULAS = [
    ("there are no parts of users: round down", {"whole": float}),
    ("keys and values: the formula begins with a 2", {"both": 1}),
    ("the weights need memory, too: 2 bytes each", {"weights": 0}),
    ("a number has 2 bytes, in the weights, too", {"weights": 1e9}),
    ("a billion parameters are 10⁹, and not 2³⁰", {"weights": 2**31}),
    ("a GiB is 2³⁰ bytes, and not 10⁹", {"card": 160e9}),
    ("what counts are key-value heads, not query heads", {"heads": 2}),
    ("each user has 4,000 tokens, not the whole context", {"tokens": 4096}),
]


# 17.5 A tree
def prompts(seed):
    source = dice(seed)
    draw = torch.randint(1, 4, (9, 6), generator=source).tolist()
    lengths = torch.randint(2, 7, (9,), generator=source).tolist()
    some = [[7, 8, *ids[:n]] for ids, n in zip(draw, lengths, strict=True)]
    return [(some,), ([*some[:4], some[1], some[0][:3], [5, 5, 8, 1, 7]],), ([[7, 8, 9]],)]


def fewest_rows(prompts):
    return len({tuple(ids[:n]) for ids in prompts for n in range(1, len(ids) + 1)})


def common(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def tokens_only(prompts):
    return len(set(sum(prompts, [])))


def only_what_all_share(prompts):
    shared = min(common(prompts[0], ids) for ids in prompts)
    return shared + sum(len(ids) - shared for ids in prompts)


def with_the_one_before(prompts):
    pairs = zip(prompts, prompts[1:], strict=False)
    return len(prompts[0]) + sum(len(b) - common(a, b) for a, b in pairs)


# 17.6 What is wrong here?
def batch_cases(seed):
    source = dice(seed)
    lengths = ((5, 2, 7), (3, 3, 1, 8), (6, 11))
    texts = [[torch.randint(1, 90, (n,), generator=source).tolist() for n in row] for row in lengths]
    return [(texts[0], 3), (texts[1], 4), (texts[2], 5)]


def in_pieces(prompts, size, left=True, position=lambda p, width: p, nothing=-1, cut=torch.split, keep=None, late=0):
    width, tokens, positions = max(map(len, prompts)), [], []
    for ids in prompts:
        padding, text = width - len(ids), [position(p, width - len(ids)) + late for p in range(len(ids))]
        tokens.append([0] * padding + ids if left else ids + [0] * padding)
        nowhere = list(range(padding)) if nothing is None else [nothing] * padding
        positions.append(nowhere + text if left else text + nowhere)
    pairs = zip(cut(torch.tensor(tokens), size, 1), cut(torch.tensor(positions), size, 1), strict=True)
    return list(pairs)[:keep]


def cut_with(**changes):
    return lambda prompts, size: in_pieces(prompts, size, **changes)


def from_0_in_each_piece(prompts, size):
    return [(t, torch.where(p < 0, -1, torch.arange(p.shape[1]))) for t, p in in_pieces(prompts, size)]


EXERCISES = [
    Exercise(
        id="17.1",
        title="Which rows?",
        points=2,
        truth=lambda: ROWS,
        mistakes=[
            *[("a token more at the end changes nothing before it", {"end": n}) for n in (0, 11, 13)],
            ("the tokens after position 7 have heard of it, from the second layer on", {"replaced": 11}),
            ("positions are counted from 0: before position 7 there are seven", {"replaced": 6}),
            ("the replaced token's own row changes, too", {"replaced": 8}),
            *[("all tokens after the system message have heard of it", {"system": n}) for n in (3, 8, 9, 12)],
            ("what stands after the dropped turn has heard of it, and moves to other positions", {"dropped": 8}),
            ("before the dropped turn there are the positions 0 to 3", {"dropped": 3}),
            ("without a mask, each old token sees the new one", {"no mask": 12}),
            ("the first layer's keys are made from the embeddings, each from its own", {"no mask, first layer": 0}),
        ],
    ),
    Exercise(
        id="17.2",
        title="By hand",
        points=3,
        truth=(stepping(), largest_difference),
        cases=stack_cases,
        run=run_both,
        mistakes=[
            ("the scale is forgotten: divide scores by the root of E", read_with(scale=lambda E: 1)),
            ("divided by E, not by its root", read_with(scale=float)),
            ("nothing is kept: each token attends to itself alone", read_with(grow=lambda kept, row: row[None])),
            ("a token sees itself, too: append before you attend", read_with(use=lambda K, V: (K[:-1], V[:-1]))),
            ("keys and values are exchanged", read_with(use=lambda K, V: (V, K))),
            ("deeper layers make keys and values from their own input, not from the embedding", read_with(deep=False)),
            ("this is the mean difference; one wrong row could hide in it", differing(pick=lambda d: d.abs().mean())),
            (
                "`plain` is handed in; compare with it, and not with `plainly`",
                (stepping(), lambda step, plain, X, layers: largest_difference(step, plainly, X, layers)),
            ),
            ("only the last token is compared", differing(pick=lambda d: d[-1].abs().max())),
            ("a difference may be negative: take its size", differing(pick=torch.max)),
            ("what `step` keeps is what the next `step` begins with", differing(onward=lambda before, now: before)),
        ],
    ),
    Exercise(
        id="17.3",
        title="Rows",
        points=3,
        truth=(rows, power),
        cases=conversations,
        run=run_counts,
        mistakes=[
            ("without a cache, each token costs the whole text", miscounted(lambda s, t, n: {"plain": n["per turn"]})),
            (
                "the first token of an answer is written from the prompt alone; the last one is never read",
                miscounted(lambda s, turns, true: {"plain": true["plain"] + sum(a for _, a in turns)}),
            ),
            ("the earlier turns are missing", miscounted(lambda s, t, n: {"per turn": sum(s + sum(c) - 1 for c in t)})),
            (
                "nobody asks what follows an answer's last token",
                miscounted(lambda s, t, n: {"per turn": n["per turn"] + len(t)}),
            ),
            ("the last token of all is never read", miscounted(lambda s, turns, true: {"kept": true["kept"] + 1})),
            (
                "an answer's last token is read when the next question comes; only the very last is not",
                miscounted(lambda s, turns, true: {"kept": true["kept"] + 1 - len(turns)}),
            ),
            ("the answers are kept, too", miscounted(lambda s, turns, true: {"kept": s + sum(q for q, _ in turns)})),
            ("a power is a slope of logarithms", (rows, lambda n, c: (c[-1] - c[0]) / (n[-1] - n[0]))),
            ("a power compares two lengths: how does each grow?", (rows, lambda n, c: math.log(c[-1], n[-1]))),
            ("the two axes are exchanged", (rows, lambda n, c: 1 / power(n, c))),
        ],
    ),
    Exercise(
        id="17.4",
        title="Bytes",
        points=2,
        truth=lambda: {name: users(name) for name in KNOWN},
        mistakes=[
            *[
                (cause, {name: users(name, **change)})
                for cause, change in FORMULAS
                for name in KNOWN
                if users(name, **change) != users(name)
            ],
            (
                "each user has 4,000 tokens, not the whole context",
                {"Llama 3.1 8B": users("Llama 3.1 8B", tokens=131072)},
            ),
        ],
    ),
    Exercise(
        id="17.5",
        title="A tree",
        points=2,
        truth=fewest_rows,
        cases=prompts,
        mistakes=[
            ("nothing is shared: this is the sum of all lengths", lambda prompts: sum(map(len, prompts))),
            ("only what all prompts share is computed once; some share more than others", only_what_all_share),
            ("only prompts that are the same are shared", lambda prompts: sum(map(len, set(map(tuple, prompts))))),
            ("each shares with the one before it only; look at all earlier ones", with_the_one_before),
            (
                "the same token at the same position is another row if the text before it differs",
                lambda prompts: len({pair for ids in prompts for pair in enumerate(ids)}),
            ),
            ("these are different tokens; a row is a token with all that stands before it", tokens_only),
            ("the empty beginning needs no row", lambda prompts: fewest_rows(prompts) + 1),
            (
                "a prompt's last token is read, too: what follows it is asked",
                lambda p: fewest_rows([i[:-1] for i in p]),
            ),
            ("these are the rows that are saved", lambda prompts: sum(map(len, prompts)) - fewest_rows(prompts)),
        ],
    ),
    Exercise(
        id="17.6",
        title="What is wrong here?",
        points=3,
        truth=in_pieces,
        cases=batch_cases,
        mistakes=[
            ("positions start anew in each piece: they go on from the piece before", from_0_in_each_piece),
            ("padded on the right: the newest token must be the last column for all", cut_with(left=False)),
            ("a text begins at position 0, behind its padding", cut_with(position=lambda p, padding: p + padding)),
            ("padding is no token: its position is −1", cut_with(position=lambda p, pad: p + pad, nothing=None)),
            ("padding has the position −1; 0 is where the text begins", cut_with(nothing=0)),
            ("the last piece is missing", cut_with(keep=-1)),
            ("positions are counted from 0, not from 1", cut_with(late=1)),
            ("`size` is the number of columns of a piece, not the number of pieces", cut_with(cut=torch.chunk)),
        ],
    ),
]
