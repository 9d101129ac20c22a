"""Exercises of lesson 08: architectural variants."""

import torch

from course_lib.exercises.cases import random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.prefix import PREFIX
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER

# 08.2 Three exercises by hand
SENTENCE = "bruno saw a small bird near the old house <eos>"


def made():
    return {
        "masked reads": "bruno saw a <mask> cup near the old house <eos>",
        "masked labels": "- - - small bird - - - house -",
        "causal reads": "<bos> bruno saw a small bird near the old house",
        "causal labels": "bruno saw a small bird near the old house <eos>",
        "spans source": "bruno saw <gap0> near the <gap1> house <eos>",
        "spans target": "<gap0> a small bird <gap1> old <eos>",
    }


# 08.3 Count the labels


def counted():
    return {
        "masked": 60,
        "hidden": 48,
        "kept": 6,
        "causal": 400,
        "A": "everything",
        "B": "right",
        "C": "padding",
        "D": "only masks",
    }


# 08.4 Probe another thing
def probe_cases(seed):
    seen, new, weights, noise = random_tensors(seed, (31, 4), (17, 4), (4,), (48,))
    y = torch.cat([seen, new]) @ weights + 0.5 * noise + 3
    return [(seen, y[:31], new, y[31:]), (new, y[31:], seen, y[:31])]


def probe(seen, y, new, new_y):
    """States N D with numbers N, and those of the exam -> a dict with the errors of probe and control."""
    a, b = (torch.cat([states, torch.ones(len(states), 1)], dim=1) for states in (seen, new))
    weights = torch.linalg.lstsq(a, y[:, None]).solution[:, 0]
    return {"probe": (b @ weights - new_y).abs().mean(), "control": (y.mean() - new_y).abs().mean()}


# 08.5 A fairer budget


def claims():
    return {"a": True, "b": False, "c": False, "d": True, "e": False, "lead": 81 - 75, "steps": 800 / 0.15}


# 08.6 Which one for which job?

NOTHING_IS_WRITTEN = "nothing is written here: who sees the whole text at once is made for that"
GOES_ON = "one text goes on: a decoder was trained on nothing else"
TWO_TEXTS = "two texts: the first is complete before the second begins"
REASONS = {"encoder": NOTHING_IS_WRITTEN, "decoder": GOES_ON, "encoder-decoder": TWO_TEXTS}


def jobs():
    return {
        "search": "encoder",
        "chat": "decoder",
        "names": "encoder",
        "translate": "encoder-decoder",
        "code": "decoder",
        "grade": "encoder",
    }


EXERCISES = [
    PREFIX,
    Exercise(
        id="08.2",
        title="Three exercises by hand",
        points=2,
        truth=made,
        mistakes=[
            (
                "not every chosen token becomes a mask: bird is replaced, house stays",
                {"masked reads": "bruno saw a <mask> <mask> near the old <mask> <eos>"},
            ),
            ("house was chosen, too: it stays, and it is asked", {"masked labels": "- - - small bird - - - - -"}),
            (
                "what is asked is what stood there, not what was put in its place",
                {"masked labels": "- - - small cup - - - house -"},
            ),
            ("only what was chosen is asked", {"masked labels": SENTENCE}),
            ("the input is not shifted: each place would be asked for what it reads", {"causal reads": SENTENCE}),
            (
                "shifted twice: the first word would never be asked",
                {"causal labels": "saw a small bird near the old house <eos>"},
            ),
            (
                "one sentinel for each gap, not for each token of it",
                {"spans source": "bruno saw <gap0> <gap1> <gap2> near the <gap3> house <eos>"},
            ),
            (
                "one sentinel for each gap, not for each token of it",
                {"spans source": "bruno saw <gap0> <gap0> <gap0> near the <gap1> house <eos>"},
            ),
            (
                "each gap has a sentinel of its own number",
                {"spans source": "bruno saw <gap0> near the <gap0> house <eos>"},
            ),
            (
                "a gap is marked by its sentinel, not by a mask",
                {"spans source": "bruno saw <mask> near the <mask> house <eos>"},
            ),
            ("the target says which gap its words belong to", {"spans target": "a small bird old <eos>"}),
            ("the target holds only what was cut out", {"spans target": SENTENCE}),
            ("the target ends with <eos>", {"spans target": "<gap0> a small bird <gap1> old"}),
            ("the last token is not read: nothing is asked behind it", {"causal reads": f"<bos> {SENTENCE}"}),
            ("<bos> is read, and never asked", {"causal labels": f"<bos> {SENTENCE}"}),
            (
                "there are two gaps; behind the words of the second comes <eos>",
                {"spans target": "<gap0> a small bird <gap1> old <gap2> <eos>"},
            ),
            (
                "there are two gaps; behind the words of the second comes <eos>",
                {"spans target": "<gap0> a small bird <gap1> old <gap2>"},
            ),
        ],
    ),
    Exercise(
        id="08.3",
        title="Count the labels",
        points=2,
        truth=counted,
        tolerance=1e-3,
        mistakes=[
            *[("padding is no text: 15 % of 400, not of 512", {"masked": n}) for n in (76.8, 76, 77)],
            *[("80 % of 15 % of 400: padding is no text", {"hidden": n}) for n in (0.8 * 76.8, 61, 62)],
            *[("10 % of 15 % of 400: padding is no text", {"kept": n}) for n in (7.68, 7, 8)],
            ("each of the 400 tokens is asked once, the last one, too", {"causal": 399}),
            ("hidden, replaced and kept are all asked: 15 % of the text", {"masked": 48}),
            ("80 % of the chosen tokens, not of all", {"hidden": 320}),
            ("10 % of the chosen tokens, not of all", {"kept": 40}),
            ("a causal model is asked about every token of the text", {"causal": 60}),
            ("padding is no text: it is not asked about", {"causal": 512}),
            ("a low loss is no proof: A counts 400 labels, the tokens that it can see included", {"A": "right"}),
            ("A has 400 labels: the whole text; padding would make 172 or 512", {"A": ANY_OTHER}),
            ("C's 172 labels are the 60 and 112 more: the padding", {"C": "everything"}),
            ("C has 172 labels, more than were chosen; without the masks there are fewer", {"C": "only masks"}),
            ("C's loss is low, since 112 of its labels are always the same: 60 are right", {"C": "right"}),
            ("D leaves out 12 chosen tokens, those without a mask; 60 labels are right", {"D": ANY_OTHER}),
            ("B counts the 60 chosen tokens, and its two losses fit: nothing is wrong", {"B": ANY_OTHER}),
        ],
    ),
    Exercise(
        id="08.4",
        title="Probe another thing",
        points=3,
        truth=probe,
        cases=probe_cases,
        tolerance=1e-3,
        mistakes=[
            (
                "the constant is missing: add a column of ones to the states",
                Edit("torch.cat([states, torch.ones(len(states), 1)], dim=1) → states"),
            ),
            (
                "the probe is judged on what it learnt from; judge it on the new states",
                Edit("b @ weights - new_y → a @ weights - y"),
            ),
            (
                "the probe has learnt from the new states: it would know the exam",
                Edit("lstsq(a, y[:, None]) → lstsq(b, new_y[:, None])"),
            ),
            (
                "the control says the mean of the exam; it can only know that of the stories it has seen",
                Edit("y.mean() - new_y → new_y.mean() - new_y"),
            ),
            (
                "squares are averaged; asked for is the mean size of the error",
                Edit(
                    "(b @ weights - new_y).abs() → (b @ weights - new_y).square()",
                    "(y.mean() - new_y).abs() → (y.mean() - new_y).square()",
                ),
            ),
            (
                "the root of the mean square; asked for is the mean size of the error",
                Edit(
                    "(b @ weights - new_y).abs().mean() → (b @ weights - new_y).square().mean().sqrt()",
                    "(y.mean() - new_y).abs().mean() → (y.mean() - new_y).square().mean().sqrt()",
                ),
            ),
            (
                "errors up and down cancel: take their size before the mean",
                Edit(
                    "(b @ weights - new_y).abs() → (b @ weights - new_y)",
                    "(y.mean() - new_y).abs() → (y.mean() - new_y)",
                ),
            ),
            (
                "errors up and down cancel: take their size before the mean",
                Edit(
                    "(b @ weights - new_y).abs().mean() → (b @ weights - new_y).mean().abs()",
                    "(y.mean() - new_y).abs().mean() → (y.mean() - new_y).mean().abs()",
                ),
            ),
            (
                "probe and control are exchanged",
                Edit('"probe": (b → "control": (b', '"control": (y → "probe": (y'),
            ),
            (
                "N × 1 minus N is N × N: each guess is compared with every number, not only with its own",
                Edit("solution[:, 0] → solution"),
            ),
        ],
    ),
    Exercise(
        id="08.5",
        title="A fairer budget",
        points=2,
        truth=claims,
        tolerance=1e-3,
        mistakes=[
            ("a: each run of Bert is above each run of Gpt: more cannot be asked of three seeds", {"a": False}),
            ("b: the runs overlap, so nobody has won", {"b": True}),
            ("c: the probe is linear and small; what it cannot read may still be there", {"c": True}),
            ("d: with the labels shuffled, a probe that only learns by heart would do as well", {"d": False}),
            ("e: a probe says what lies open in the states, not what the model does with it", {"e": True}),
            ("lead is strict: Bert's worst against Gpt's best, not mean against mean", {"lead": 10}),
            ("lead is strict: Bert's worst against Gpt's best, not best against best", {"lead": 11}),
            ("lead is strict: Bert's worst against Gpt's best, not best against worst", {"lead": 14}),
            ("Bert is asked about 15 % of what it reads: it needs more steps, not fewer", {"steps": 120}),
            (
                "Bert is asked about 15 % of what it reads, Gpt about all: equal steps are not equal labels",
                {"steps": 800},
            ),
            ("15 % of the labels in a step: divide by 0.15, do not add 15 %", {"steps": 920}),
            ("15 % of the labels in a step: divide by 0.15, not by 0.85", {"steps": 800 / 0.85}),
        ],
    ),
    Exercise(
        id="08.6",
        title="Which one for which job?",
        points=1,
        truth=jobs,
        mistakes=[(REASONS[true], {job: other}) for job, true in jobs().items() for other in REASONS if other != true],
    ),
]
