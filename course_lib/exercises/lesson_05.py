"""Exercises of lesson 05: training the translator."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER


# 05.1 Columns
def target_cases(seed):
    source = dice(seed)
    lengths = torch.randint(1, 6, (3,), generator=source).tolist()
    sentences = [torch.randint(3, 50, (length,), generator=source).tolist() for length in lengths]
    return [(sentences,), ([[5], [7, 8, 9], [6, 4]],), ([[4, 3]],)]


def make_columns(sentences):
    """Lists of token ids -> {"reads": B T, "labels": B T, "counts": B T}."""
    longest = max(len(ids) for ids in sentences)
    reads = [[1, *ids] + [0] * (longest - len(ids)) for ids in sentences]
    labels = [[*ids, 2] + [0] * (longest - len(ids)) for ids in sentences]
    return {"reads": reads, "labels": labels, "counts": [[label != 0 for label in row] for row in labels]}


# 05.2 A loss on paper


def scores():
    p = torch.tensor([0.5, 0.25, 0.8])
    return {"loss": -p.log().mean(), "sentence": p.prod()}


# 05.3 Find the bug: a loss that is too small
def loss_cases(seed):
    vocabulary = number(seed, 7, 13)
    (logits,) = random_tensors(seed, (3, 5, vocabulary))
    labels = torch.randint(1, vocabulary, (3, 5), generator=dice(seed))
    labels[1, 2:], labels[2, 4:] = 0, 0
    return [(3 * logits, labels), (logits[:1], labels[:1]), (logits.double(), labels)]


def mean_loss(logits, labels):
    """B T V and B T -> the mean loss of the real tokens."""
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0)


# 05.4 Find the cheat


def judgement():
    return {"A": "honest", "B": "cheat", "C": "by heart", "best": "A"}


EXERCISES = [
    Exercise(
        id="05.1",
        title="Columns",
        points=2,
        truth=make_columns,
        cases=target_cases,
        mistakes=[
            (
                "the target is not shifted: the decoder reads the very token that it must predict",
                Edit('"reads": reads → "reads": labels'),
            ),
            (
                "what is read and what must be predicted are exchanged",
                Edit('"reads": reads → "reads": labels', '"labels": labels → "labels": reads'),
            ),
            (
                "the target is not shifted: the decoder reads the very token that it must predict",
                Edit('"labels": labels → "labels": reads'),
            ),
            (
                "the end token is missing from the labels: nobody learns to stop",
                Edit("[1, *ids] → [1, *ids[:-1]]", "[*ids, 2] → ids"),
            ),
            ("the end token is read as well: it is only predicted", Edit("[1, *ids] → [1, *ids, 2]")),
            (
                "the rows have different lengths: fill them up with 0 to the longest",
                Edit(
                    "[1, *ids] + [0] * (longest - len(ids)) → [1, *ids]",
                    "[*ids, 2] + [0] * (longest - len(ids)) → [*ids, 2]",
                ),
            ),
            (
                "your rows are as long as the first one; the longest may come later",
                Edit("max(len(ids) for ids in sentences) → len(sentences[0])"),
            ),
            ("the end token is missing from the labels: nobody learns to stop", Edit("[*ids, 2] → [*ids, 0]")),
            ("what is read does not begin with BOS", Edit("[1, *ids] → [*ids, 0]")),
            ("padding is counted", Edit("label != 0 → True")),
            ("the end token is not counted, but it must be predicted, too", Edit("label != 0 → label not in (0, 2)")),
            (
                "the padding stands on the left; it belongs behind the sentence",
                Edit(
                    "[1, *ids] + [0] * (longest - len(ids)) → [0] * (longest - len(ids)) + [1, *ids]",
                    "[*ids, 2] + [0] * (longest - len(ids)) → [0] * (longest - len(ids)) + [*ids, 2]",
                ),
            ),
            (
                "the places after a sentence hold the end token; they are padding",
                Edit('"labels": labels → "labels": [[label or 2 for label in row] for row in labels]'),
            ),
            (
                "the end token of a shorter sentence is read as well: it is only predicted",
                Edit(
                    "[1, *ids] + [0] * (longest - len(ids)) → "
                    "([1, *ids, 2] + [0] * (longest - len(ids)))[: longest + 1]"
                ),
            ),
            (
                "the end token stands behind the padding; it belongs behind the sentence's last word",
                Edit("[*ids, 2] + [0] * (longest - len(ids)) → ids + [0] * (longest - len(ids)) + [2]"),
            ),
        ],
    ),
    Exercise(
        id="05.2",
        title="A loss on paper",
        points=2,
        truth=scores,
        tolerance=3e-3,
        mistakes=[
            ("the padding is counted in the loss", Edit("-p.log() → -torch.tensor([0.5, 0.25, 0.8, 0.1]).log()")),
            ("the loss is not divided by the number of tokens", Edit("mean() → sum()")),
            (
                "this is the logarithm to base 2; nats have the natural one",
                Edit("log() → log2()"),
            ),
            (
                "this is the mean of the probabilities; the loss is the mean of −log p",
                Edit("-p.log().mean() → p.mean()"),
            ),
            ("this is −log of the mean; the loss is the mean of −log", Edit("-p.log().mean() → -p.mean().log()")),
            (
                "the mean of the probabilities; all three tokens must be right, so they are multiplied",
                Edit("prod() → mean()"),
            ),
            ("the padding is no part of the sentence", {"sentence": 0.01}),
            ("padding is counted in the number of tokens: divide by three", Edit("mean() → sum() / 4")),
            ("this is the logarithm to base 10; nats have the natural one", Edit("log() → log10()")),
            ("all three tokens must be right: their probabilities are multiplied, not added", Edit("prod() → sum()")),
        ],
    ),
    Exercise(
        id="05.3",
        title="Find the bug: a loss that is too small",
        points=2,
        truth=mean_loss,
        cases=loss_cases,
        mistakes=[
            ("padding is counted in the loss", Edit(", ignore_index=0 → ")),
            (
                "padding is counted in the number of tokens",
                Edit('ignore_index=0) → ignore_index=0, reduction="sum") / labels.numel()'),
            ),
            (
                "each sentence counts alike, however short; the mean goes over all real tokens",
                Edit(
                    "F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0) → "
                    "torch.stack([F.cross_entropy(*pair, ignore_index=0) for pair in zip(logits, labels)]).mean()"
                ),
            ),
            (
                "the loss is a sum; asked for is the mean over the real tokens",
                Edit('ignore_index=0 → ignore_index=0, reduction="sum"'),
            ),
            (
                "softmax is taken twice: cross-entropy wants logits",
                Edit("logits.flatten(0, 1) → logits.softmax(dim=-1).flatten(0, 1)"),
            ),
            ("the softmax is missing: logits are no log-probabilities", Edit("cross_entropy → nll_loss")),
            (
                "the logarithm is missing: this is a mean of probabilities",
                Edit("cross_entropy(logits → nll_loss(logits.softmax(dim=-1)"),
            ),
            (
                "softmax over the wrong axis: over the positions, not over the vocabulary",
                Edit("cross_entropy(logits → nll_loss(logits.log_softmax(dim=1)"),
            ),
            (
                "the labels are shifted once more: they are one place ahead of the input already",
                Edit("(logits.flatten(0, 1), labels → (logits[:, :-1].flatten(0, 1), labels[:, 1:]"),
            ),
            (
                "first the mean of p, then its logarithm; the loss is the mean of −log p",
                Edit(
                    "F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0) → "
                    "-logits.softmax(-1).gather(-1, labels[..., None])[..., 0][labels != 0].mean().log()"
                ),
            ),
        ],
    ),
    Exercise(
        id="05.4",
        title="Find the cheat",
        points=2,
        truth=judgement,
        mistakes=[
            ("A's losses fall together, and its sentences get right: nothing is wrong with it", {"A": ANY_OTHER}),
            (
                "B has no loss at all, even on held-out pairs, and translates nothing: it reads what it must predict",
                {"B": "honest"},
            ),
            ("B is as good on held-out pairs, so it has not learnt the training pairs by heart", {"B": "by heart"}),
            ("C's held-out loss rises while its training loss falls: that is learning by heart", {"C": "honest"}),
            ("C's held-out loss is bad: who reads the answer has a good one there, too", {"C": "cheat"}),
            ("a loss near zero is worth nothing if nothing is translated", {"best": "B"}),
            ("judge on what was held out, and there A is better", {"best": "C"}),
        ],
    ),
]
