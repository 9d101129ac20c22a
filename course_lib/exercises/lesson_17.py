"""Exercises of lesson 17: KV caching."""

import math

from course_lib.exercises.cached_layers import CACHED_LAYERS
from course_lib.exercises.cases import number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

# 17.1 Which rows?


def kept():
    return {"end": 12, "replaced": 7, "system": 0, "dropped": 4, "no mask": 0, "no mask, first layer": 12}


# 17.3 Rows
def conversations(seed):
    system, a, b = (number(seed + i, 3, 30) for i in range(3))
    ns, power = [10, 20, 73], 1 + 0.5 * number(seed, 1, 5)
    return [
        (system, [(a, b)], ns, [3 * n**power * (1.3 if n == 20 else 1) for n in ns]),
        (0, [(5, 2), (a, 7), (3, b)], ns[:2], [n**3 + 5 * n for n in ns[:2]]),
        (system, [(b, a)] * 5, (4, 90), (7.0, 7.0 * 5**power)),
    ]


def run_counts(functions, system, turns, lengths, costs):
    count, find = functions
    counts = count(system, turns)
    return None if counts is None else {"rows": counts, "power": find(lengths, costs)}


def rows(system, turns):
    """Tokens of the system message, pairs of a question's and an answer's tokens -> plain, per turn, kept."""
    before, plain, per_turn = system, 0, 0
    for question, answer in turns:
        prompt = before + question
        plain += sum(prompt + written for written in range(answer))
        per_turn += prompt + answer - 1
        before = prompt + answer
    return {"plain": plain, "per turn": per_turn, "kept": before - 1}


def power(lengths, costs):
    """The p in cost = k · n^p, from the first and the last measurement."""
    return math.log(costs[-1] / costs[0]) / math.log(lengths[-1] / lengths[0])


# 17.4 Bytes: layers, key-value heads and parameters; heads are 128 wide
def users():
    models = {"Llama 2 70B": (80, 8, 69e9), "Llama 2 7B": (32, 32, 6.7e9), "Llama 3.1 8B": (32, 8, 8e9)}
    found = {}
    for name, (layers, heads, parameters) in models.items():
        found[name] = math.floor((160 * 2**30 - 2 * parameters) / (2 * layers * heads * 128 * 4000 * 2))
    return found


EXERCISES = [
    Exercise(
        id="17.1",
        title="Which rows?",
        points=2,
        truth=kept,
        mistakes=[
            *[("a token more at the end changes nothing before it", {"end": n}) for n in (0, 11, 13)],
            ("the tokens after position 7 have heard of it, from the second layer on", {"replaced": 11}),
            ("positions are counted from 0: before position 7 there are seven", {"replaced": 6}),
            ("the replaced token's own row changes, too", {"replaced": 8}),
            *[("all tokens after the system message have heard of it", {"system": n}) for n in (3, 8, 9, 11, 12)],
            ("what stands after the dropped turn has heard of it, and moves to other positions", {"dropped": 8}),
            ("before the dropped turn there are the positions 0 to 3", {"dropped": 3}),
            ("without a mask, each old token sees the new one", {"no mask": 12}),
            ("the first layer's keys are made from the embeddings, each from its own", {"no mask, first layer": 0}),
        ],
    ),
    CACHED_LAYERS,
    Exercise(
        id="17.3",
        title="Rows",
        points=3,
        truth=(rows, power),
        cases=conversations,
        run=run_counts,
        mistakes=[
            ("without a cache, each token costs the whole text", Edit('"plain": plain → "plain": per_turn')),
            (
                "the first token of an answer is written from the prompt alone; the last one is never read",
                Edit("range(answer) → range(1, answer + 1)"),
            ),
            ("the earlier turns are missing", Edit("+= prompt + answer - 1 → += system + question + answer - 1")),
            (
                "nobody asks what follows an answer's last token",
                Edit("answer - 1 → answer"),
            ),
            ("the last token of all is never read", Edit("before - 1 → before")),
            (
                "an answer's last token is read when the next question comes; only the very last is not",
                Edit("before - 1 → before - len(turns)"),
            ),
            (
                "the answers are kept, too",
                Edit('"kept": before - 1 → "kept": system + sum(question for question, _ in turns)'),
            ),
            (
                "a power is a slope of logarithms",
                Edit(
                    "math.log(costs[-1] / costs[0]) / math.log(lengths[-1] / lengths[0]) → "
                    "(costs[-1] - costs[0]) / (lengths[-1] - lengths[0])"
                ),
            ),
            (
                "a power compares two lengths: how does each grow?",
                Edit(
                    "math.log(costs[-1] / costs[0]) / math.log(lengths[-1] / lengths[0]) → "
                    "math.log(costs[-1], lengths[-1])"
                ),
            ),
            (
                "the two axes are exchanged",
                Edit(
                    "math.log(costs[-1] / costs[0]) / math.log(lengths[-1] / lengths[0]) → "
                    "math.log(lengths[-1] / lengths[0]) / math.log(costs[-1] / costs[0])"
                ),
            ),
            ("rows: per turn: an answer's tokens are read, too, but its last", Edit("prompt + answer - 1 → prompt")),
            (
                "power: the first and the last measurement were meant",
                Edit(
                    "costs[-1] / costs[0] → costs[1] / costs[0]", "lengths[-1] / lengths[0] → lengths[1] / lengths[0]"
                ),
            ),
            (
                "power: both are logarithms, that of the lengths, too",
                Edit("math.log(lengths[-1] / lengths[0]) → (lengths[-1] - lengths[0])"),
            ),
        ],
    ),
    Exercise(
        id="17.4",
        title="Bytes",
        points=2,
        truth=users,
        mistakes=[
            ("there are no parts of users: round down", Edit("math.floor → float")),
            ("keys and values: the formula begins with a 2", Edit("(2 * layers → (layers")),
            ("the weights need memory, too: 2 bytes each", Edit(" - 2 * parameters → ")),
            ("a number has 2 bytes, in the weights, too", Edit("2 * parameters → parameters")),
            ("a billion parameters are 10⁹, and not 2³⁰", Edit("2 * parameters → 2**31 * parameters / 1e9")),
            ("a GiB is 2³⁰ bytes, and not 10⁹", Edit("160 * 2**30 → 160e9")),
            (
                "what counts are key-value heads, not query heads",
                Edit("(80, 8, 69e9) → (80, 64, 69e9)", "(32, 8, 8e9) → (32, 32, 8e9)"),
            ),
            ("a number of the caches takes 2 bytes, not 4", Edit("4000 * 2 → 4000 * 4")),
            ("a number of the weights takes 2 bytes, not 4", Edit("- 2 * parameters → - 4 * parameters")),
            (
                "all numbers take 2 bytes, not 4",
                Edit("- 2 * parameters → - 4 * parameters", "4000 * 2 → 4000 * 4"),
            ),
            ("each user has 4,000 tokens, not the whole context", Edit("4000 → 4096")),
            ("each user has 4,000 tokens, not the whole context", Edit("4000 → 131072")),
            ("the weights leave room: 69 · 10⁹ numbers of 2 bytes are 128.5 GiB", {"Llama 2 70B": 0}),
        ],
    ),
]
