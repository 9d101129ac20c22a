"""Exercises of lesson 07: attention maps."""

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.possible_maps import POSSIBLE
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import members
from course_lib.nn import attention_weights, causal_mask


# 07.1 Record without changing
def recording_cases(seed):
    heads, width = number(seed, 2, 3), number(seed + 7, 5, 7)
    q, k, v = random_tensors(seed, (2, heads, 4, width), (2, heads, 6, width), (2, heads, 6, width))
    mask = torch.arange(6) < torch.tensor([[6], [4]])
    causal = torch.ones(4, 4, dtype=torch.bool).tril()
    return [(q, k, v, None), (q, scattered(k), v, mask[:, None, None]), (q, k[:, :, :4], v[:, :, :4], causal)]


def run_recording(answer, q, k, v, mask):
    """What a watched layer gives, called twice, and what was kept on the way."""
    kept = []
    attend = answer(kept)
    if attend is None:
        return None
    output = attend(q, k, v, mask)
    attend(q, k, v, mask)
    return {"output": output, "how many were kept": len(kept), "weights": kept[0] if kept else None}


def watch(kept):
    """A list -> a function of q, k, v and mask that appends its weights to the list."""

    def attend(q, k, v, mask=None):
        weights = attention_weights(q, k, mask)
        kept.append(weights)
        return weights @ v

    return attend


# 07.2 Which kind is it?


def kinds():
    return {"A": "cross", "B": "encoder", "C": "decoder", "rows of A": "output", "columns of A": "input"}


# 07.4 Find the bug: a head that looks back
def head_cases(seed):
    length = number(seed, 4, 7)
    q, k = random_tensors(seed, (1, 1, length, 4), (1, 1, length, 4))
    mask = causal_mask(torch.arange(length))
    previous = torch.eye(length).roll(-1, dims=1).tril() + torch.eye(length) * (torch.arange(length) == 0)
    return [(attention_weights(q, k, mask)[0, 0],), (previous,), (mask / mask.sum(dim=1, keepdim=True),)]


def looks_back(weights):
    """A causal map T T -> how much it looks at the previous token, above an even head."""
    even = 1 / torch.arange(2, len(weights) + 1)
    return (weights.diagonal(-1) - even).mean()


# 07.5 From a map to a score
# English over Portuguese


def alignment():
    return {"links": {(0, 0), (1, 1), (2, 3), (0, 2)}, "precision": 0.75, "recall": 0.75, "AER": 0.25}


# 07.6 Take a head away


def ablation():
    return {
        "row 1 without A": "book",
        "row 1 without A and B": "end",
        "row 2 without A": "is",
        "row 2 without C": "end",
        "most needed": "C",
        "a map shows": "where",
    }


EXERCISES = [
    Exercise(
        id="07.1",
        title="Record without changing",
        points=3,
        truth=watch,
        cases=recording_cases,
        run=run_recording,
        mistakes=[
            (
                "it returns the weights: the layer must get what it got before, weights times values",
                Edit("weights @ v → weights"),
            ),
            (
                "it keeps the scores; weights come after the softmax",
                Edit("kept.append(weights) → kept.append(q @ k.mT / q.shape[-1] ** 0.5)"),
            ),
            (
                "the scale is forgotten in what is kept",
                Edit("kept.append(weights) → kept.append(attention_weights(q * q.shape[-1] ** 0.5, k, mask))"),
            ),
            (
                "the mask is not used: padding gets weight, and the output changes",
                Edit("(q, k, mask) → (q, k)"),
            ),
            (
                "the mask is not used in what is kept: padding seems to be looked at",
                Edit("kept.append(weights) → kept.append(attention_weights(q, k))"),
            ),
            (
                "it keeps the mean of the heads; each head has a map of its own",
                Edit("kept.append(weights) → kept.append(weights.mean(dim=1))"),
            ),
            (
                "it keeps the output, not the weights",
                Edit("kept.append(weights) → kept.append(weights @ v)"),
            ),
            (
                "softmax over the wrong axis: the rows of a map sum to 1, not its columns",
                Edit("kept.append(weights) → kept.append(attention_weights(k, q).mT)"),
            ),
            (
                "the list that was handed in stays empty: append to it; `kept = …` makes a new one",
                Edit("kept.append(weights) → kept = [weights]"),
            ),
            (
                "`extend` adds each sentence by itself; append the weights of the whole batch as one",
                Edit("kept.append → kept.extend"),
            ),
            (
                "of two calls only one was kept: each call appends its weights",
                Edit("kept.append(weights) → kept[:] = [weights]"),
            ),
            ("each call is kept once", Edit("kept.append(weights) → kept.extend([weights, weights])")),
        ],
    ),
    Exercise(
        id="07.2",
        title="Which kind is it?",
        points=1,
        truth=kinds,
        mistakes=[
            ("A has words of two languages: one sequence asks another", {"A": "encoder"}),
            ("A has words of two languages: one sequence asks another", {"A": "decoder"}),
            ("B has weight above the diagonal: no causal mask, so this is no decoder", {"B": "decoder"}),
            ("in B and C rows and columns are the same words: nobody asks another sequence", {"B": "cross"}),
            ("in B and C rows and columns are the same words: nobody asks another sequence", {"C": "cross"}),
            ("C is empty above the diagonal: that is the causal mask of the decoder", {"C": "encoder"}),
            ("a row asks: it is a token of the output", {"rows of A": "input"}),
            ("a column is asked: it is a token of the input", {"columns of A": "output"}),
        ],
    ),
    POSSIBLE,
    Exercise(
        id="07.4",
        title="Find the bug: a head that looks back",
        points=2,
        truth=looks_back,
        cases=head_cases,
        mistakes=[
            (
                "it measures how much a token looks at itself, not at the one before",
                Edit("diagonal(-1) → diagonal()[1:]"),
            ),
            (
                "the even head is not subtracted: in a short sentence every head puts some weight there",
                Edit(" - even → "),
            ),
            (
                "an even head under a causal mask has t + 1 tokens at place t, not T",
                Edit("torch.arange(2, len(weights) + 1) → len(weights)"),
            ),
            (
                "an even head at place t has t + 1 tokens, itself included",
                Edit("arange(2, len(weights) + 1) → arange(1, len(weights))"),
            ),
            (
                "the first row counts here, though it has no token before it",
                Edit(".mean() → .sum() / len(weights)"),
            ),
            ("these are points; asked for is a share", Edit("return → return 100 *")),
            (
                "the first row counts here, and looks at the last column",
                Edit("(weights.diag → ((weights.diag", ".mean() → .sum() + weights[0, -1] - 1) / len(weights)"),
            ),
            (
                "it looks at the next token, right of the diagonal: there a causal map is empty",
                Edit("diagonal(-1) → diagonal(1)"),
            ),
            (
                "an exact 0 is no mask: row t may look at t + 1 tokens, whatever it gives them",
                Edit("1 / torch.arange(2, len(weights) + 1) → 1 / (weights > 0).sum(dim=1)[1:]"),
            ),
            (
                "an exact 0 is no mask: row t may look at t + 1 tokens, whatever it gives them",
                Edit(
                    "1 / torch.arange(2, len(weights) + 1) → "
                    "((weights > 0) / (weights > 0).sum(dim=1, keepdim=True)).diagonal(-1)"
                ),
            ),
        ],
    ),
    Exercise(
        id="07.5",
        title="From a map to a score",
        points=2,
        truth=alignment,
        tolerance=5e-3,
        mistakes=[
            ("a link is (Portuguese, English): the two are exchanged", {"links": {(0, 0), (1, 1), (3, 2), (2, 0)}}),
            ("step 1 links each Portuguese word first; here are the links of step 2 only", {"links": {(0, 2)}}),
            (
                "every weight above 0.1 has become a link; step 2 wants more than a half",
                {"links": {(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 3)}},
            ),
            ("this is the share of right links, twice counted: the error is 1 minus it", {"AER": 0.75}),
            ("all common links are missing from the count: |A ∩ S| is 3", {"AER": 1.0}),
            ("a share is asked for, not percent", {"precision": 75}),
            ("a share is asked for, not percent", {"recall": 75}),
            ("a share is asked for, not percent", {"AER": 25}),
            ("precision: 3 of the 4 found links are right", {"precision": 1.0}),
            ("recall: 3 of the 4 gold links were found", {"recall": 1.0}),
            *members(
                alignment()["links"],
                {
                    (0, 0): "the Portuguese word 0 has its largest weight in row 0",
                    (1, 1): "the Portuguese word 1 has its largest weight in row 1",
                    (2, 3): "the Portuguese word 2 has its largest weight in row 3",
                    (
                        0,
                        2,
                    ): "the English word 2 is alone, and puts more than half of its weight on the Portuguese word 0",
                    (1, 2): "the English word 2 puts only 0.2 on the Portuguese word 1, whatever the gold links say",
                    (0, 1): "the English word 1 has a link already, and puts only 0.3 on the Portuguese word 0",
                    **{
                        link: f"{link} has a weight of 0.1 only"
                        for link in ((2, 0), (2, 1), (2, 2), (0, 3), (1, 3), (1, 0))
                    },
                },
                "links",
            ),
            ("a common link counts twice, among those found and among the gold ones", {"AER": 1 - 3 / 8}),
            ("divide by 4 found and 4 gold links; here links of both count once", {"AER": 2 / 5}),
        ],
    ),
    Exercise(
        id="07.6",
        title="Take a head away",
        points=2,
        truth=ablation,
        mistakes=[
            ("B fetches what A fetched: book still has 3 points", {"row 1 without A": "end"}),
            ("with both gone, nothing speaks for book any more", {"row 1 without A and B": "book"}),
            ("in row 2 it is C that speaks for is, whether A is there or not", {"row 2 without A": "end"}),
            ("without C nothing speaks for is", {"row 2 without C": "is"}),
            ("A can be replaced by B, so its ablation alone changes no word", {"most needed": "A"}),
            ("B can be replaced by A, so its ablation alone changes no word", {"most needed": "B"}),
            (
                "a map shows from where something was fetched; whether it is needed, only an experiment can say",
                {"a map shows": "why"},
            ),
        ],
    ),
]
