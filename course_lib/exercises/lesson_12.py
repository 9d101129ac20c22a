"""Exercises of lesson 12: supervised fine-tuning."""

import math

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.one_table import ONE_TABLE
from course_lib.exercises.packing import PACKING
from course_lib.exercises.solutions import Edit


# 12.1 Six data sets
def steps():
    return {"A": 1, "B": 2, "C": 3, "D": 1, "E": 2, "F": 3}


# 12.2 Two answers: how often a token's probability is halved
def losses():
    first, second, prompts = [2, 1, 1], [3, 1, 5, 1, 1], [6, 2, 1, 1, 5, 2, 1, 1]
    scored = first + second
    return {
        "scored": len(scored),
        "per token": sum(scored) / 8,
        "mean of means": (sum(first) / 3 + sum(second) / 5) / 2,
        "all": sum(scored + prompts) / 16,
        "perplexity": 2 ** (sum(scored) / 8),
    }


# 12.5 Learn less
def lora_cases(seed):
    cases = []
    shapes = [(7, 4), (4, 7), (12, 5)], [(3, 8), (6, 5)]
    for d_in, d_out, rank, alpha, counted in ((5, 5, 2, 11.0, shapes[0]), (7, 4, number(seed, 2, 3), 6.0, shapes[1])):
        x, weight, down, up = random_tensors(seed, (d_in - 1, d_in), (d_out, d_in), (d_in, rank), (rank, d_out))
        cases.append((x, weight, down, up, alpha, counted, rank))
    return cases


def adapt(x, weight, down, up, alpha):
    """N D_in -> N D_out."""
    return x @ weight.T + alpha / down.shape[1] * x @ down @ up


def merge(weight, down, up, alpha):
    """The weight, D_out D_in, of a plain layer that does the same."""
    return weight + alpha / down.shape[1] * (down @ up).T


def count(shapes, rank):
    """How many numbers are learnt; `shapes` is a list of (D_in, D_out)."""
    return sum(rank * (d_in + d_out) for d_in, d_out in shapes)


def lora(functions, x, weight, down, up, alpha, shapes, rank):
    """The three functions."""
    adapted, merged, counted = functions
    result = {"adapt": adapted(x, weight, down, up, alpha), "merge": merged(weight, down, up, alpha)}
    result |= {} if result["merge"] is None else {"old weight": weight}
    return result | {"count": counted(shapes, rank)}


EXERCISES = [
    Exercise(
        id="12.1",
        title="Six data sets",
        points=1,
        truth=steps,
        mistakes=[
            ("A has no answers to imitate: it is text, as in the first step", {"A": 2}),
            ("B has no pairs to compare: one answer for each instruction", {"B": 3}),
            ("B has answers to imitate: it is more than text", {"B": 1}),
            ("D has no answers, so there is nothing to compare", {"D": 3}),
            ("the steps are counted from 1", {name: step - 1 for name, step in steps().items()}),
            ("C's chosen answers could be imitated, but it can do more: it says which of two is better", {"C": 2}),
            ("D is a pile of questions without answers: nothing but text", {"D": 2}),
            ("E has answers that somebody gave; nobody says which of two is better", {"E": 3}),
            ("E is more than text: each letter is an instruction with its response", {"E": 1}),
            ("F's marks say which answers are better: that is what the third step learns from", {"F": 2}),
        ],
    ),
    Exercise(
        id="12.2",
        title="Two answers",
        points=2,
        truth=losses,
        tolerance=2e-3,
        mistakes=[
            ("the two `<eos>` of the answers count: the model must learn to stop", {"scored": 6}),
            ("`<assistant>` is written by the program: the model need not say it", {"scored": 10}),
            ("what the user says is read, not scored", {"scored": 16}),
            ("a mean: divide the sum by the number of scored tokens", {"per token": 15}),
            ("the 8 scored tokens share the cost, not all 16", {"per token": 15 / 16}),
            ("only what the assistant says is scored here", {"per token": 34 / 16}),
            ("the mean of the two means: divide their sum by 2", {"mean of means": 53 / 15}),
            ("all 16 tokens share the cost, the two `<eos>` of the prompts, too", {"all": 34 / 14}),
            ("2 to the power of the loss, not 2 times the loss", {"perplexity": 2 * 15 / 8}),
            ("both answers count, not only the last one", {"scored": 5}),
            ("the two `<eos>` of the answers count: the model must learn to stop", {"per token": 13 / 6}),
            ("`<assistant>` is written by the program: the model need not say it", {"per token": 1.7}),
            ("both answers count, not only the last one", {"per token": 2.2}),
            ("this is the mean of the answers' means: each token should count alike", {"per token": 53 / 30}),
            ("this is the mean over the tokens; take each answer's mean first", {"mean of means": 15 / 8}),
            ("in multiples of ln 2: a probability of 1/8 costs 3", {"per token": 1.875 * math.log(2)}),
            ("all 16 tokens share the cost: the prompts' 19 and the answers' 15", {"all": 19 / 8}),
            ("`<user>` is given: 16 tokens share the cost, not 18", {"all": 34 / 18}),
            ("it is that of the answers, from their loss per token", {"perplexity": 2 ** (34 / 16)}),
            ("a loss of n ln 2 is a perplexity of 2 to the power of n", {"perplexity": math.exp(1.875)}),
            ("all 16 tokens share the cost, not the 8 scored ones", {"all": 34 / 8}),
            ("the answers are part of all: 15 must be added to the prompts' 19", {"all": 19 / 16}),
            ("the prompts are part of all: 19 must be added to the answers' 15", {"all": 15 / 16}),
        ],
    ),
    PACKING,
    ONE_TABLE,
    Exercise(
        id="12.5",
        title="Learn less",
        points=2,
        truth=(adapt, merge, count),
        cases=lora_cases,
        run=lora,
        mistakes=[
            ("adapt: the addition is multiplied by α, not by α / r", Edit("alpha / down.shape[1] * x → alpha * x")),
            ("adapt: the factor α / r is missing", Edit("alpha / down.shape[1] * x → x")),
            ("adapt: r is the size that A and B share", Edit("down.shape[1] * x → down.shape[0] * x")),
            ("adapt: the factor is upside down", Edit("alpha / down.shape[1] * x → down.shape[1] / alpha * x")),
            (
                "adapt: the factor belongs to the addition alone",
                Edit("x @ weight.T + → alpha / down.shape[1] * x @ weight.T +"),
            ),
            ("adapt: only the addition is left", Edit("x @ weight.T + → ")),
            ("adapt: a weight is D_out × D_in: transpose it", Edit("x @ weight.T → x @ weight")),
            (
                "old weight: it has changed, too; return a new one",
                Edit("weight + alpha → weight.copy_(weight + alpha", "(down @ up).T → (down @ up).T)"),
            ),
            ("merge: A B is D_in × D_out: transpose it", Edit("(down @ up).T → (down @ up)")),
            ("merge: only the addition is left", Edit("return weight + → return ")),
            (
                "merge: the addition is multiplied by α, not by α / r",
                Edit("alpha / down.shape[1] * (down → alpha * (down"),
            ),
            ("merge: r is the size that A and B share", Edit("down.shape[1] * (down → down.shape[0] * (down")),
            ("merge: the factor α / r is missing", Edit("alpha / down.shape[1] * (down → (down")),
            ("merge: the addition is subtracted", Edit("weight + → weight - ")),
            ("count: this is the size of the product A B", Edit("rank * (d_in + d_out) → d_in * d_out")),
            ("count: add the sizes of A and B", Edit("d_in + d_out → d_in * d_out")),
            ("count: frozen numbers are not learnt", Edit("(d_in + d_out) → (d_in + d_out) + d_in * d_out")),
            ("count: B is missing", Edit("d_in + d_out → d_in")),
            ("count: A is missing", Edit("d_in + d_out → d_out")),
            ("count: the rank is missing", Edit("rank * → ")),
            ("count: one layer; the model has several", Edit("in shapes → in shapes[:1]")),
            ("count: B has the other shape: r × D_out", Edit("d_in + d_out → d_in + d_in")),
            ("count: A has the other shape: D_in × r", Edit("d_in + d_out → d_out + d_out")),
        ],
    ),
]
