"""Exercises of lesson 05: training the translator."""

import math

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise

BOS, EOS, PAD = 1, 2, 0


# 05.1 Columns
def target_cases(seed):
    source = dice(seed)
    lengths = torch.randint(1, 6, (3,), generator=source).tolist()
    sentences = [torch.randint(3, 50, (length,), generator=source).tolist() for length in lengths]
    return [(sentences,), ([[7, 8, 9], [5]],), ([[4, 3]],)]


def columns(sentences, left=(BOS,), right=(EOS,), counted=None):
    width = max(map(len, sentences)) + 1
    reads = [[*left, *ids][:width] for ids in sentences]
    labels = [[*ids, *right][:width] for ids in sentences]
    counts = [[t < (counted or (lambda ids: len(ids) + 1))(ids) for t in range(width)] for ids in sentences]
    reads, labels = ([[*row, *[PAD] * (width - len(row))] for row in rows] for rows in (reads, labels))
    return {"reads": reads, "labels": labels, "counts": counts}


def unshifted(sentences):
    right = columns(sentences)
    return {**right, "reads": right["labels"]}


def unshifted_labels(sentences):
    right = columns(sentences)
    return {**right, "labels": right["reads"]}


def without_the_end(sentences):
    """What is read ends with the last token but one, what is predicted with the last one."""
    shorter = columns([ids[:-1] for ids in sentences])
    labels = [row[: len(shorter["reads"][0])] for row in columns(sentences, right=())["labels"]]
    return {"reads": shorter["reads"], "labels": labels, "counts": shorter["counts"]}


def with_the_end_read(sentences):
    longer = columns([[*ids, EOS] for ids in sentences])
    return {**columns(sentences), "reads": longer["reads"]}


def without_padding(sentences):
    reads, labels = [[BOS, *ids] for ids in sentences], [[*ids, EOS] for ids in sentences]
    return {"reads": reads, "labels": labels, "counts": [[True] * len(row) for row in labels]}


def exchanged(sentences):
    right = columns(sentences)
    return {**right, "reads": right["labels"], "labels": right["reads"]}


def padded_on_the_left(sentences):
    right = columns(sentences)
    ends = [sum(row) for row in right["counts"]]
    return {name: [row[end:] + row[:end] for row, end in zip(rows, ends, strict=True)] for name, rows in right.items()}


# 05.2 A loss on paper
P = 0.5, 0.25, 0.8


def loss_on_paper(p=P, log=math.log, size=len):
    return {"loss": -sum(map(log, p)) / size(p), "sentence": math.prod(p)}


# 05.3 Find the bug: a loss that is too small
def loss_cases(seed):
    vocabulary = number(seed, 7, 13)
    (logits,) = random_tensors(seed, (3, 5, vocabulary))
    labels = torch.randint(1, vocabulary, (3, 5), generator=dice(seed))
    labels[1, 2:], labels[2, 4:] = PAD, PAD
    return [(3 * logits, labels), (logits[:1], labels[:1]), (logits.double(), labels)]


def loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=PAD)


def loss_from(log_p, mean):
    """Another loss: `log_p` makes log-probabilities of logits; `mean` takes the losses B T and where they count."""
    return lambda logits, labels: mean(-log_p(logits).gather(2, labels[..., None])[..., 0], labels != PAD)


def log_softmax(logits):
    return logits.log_softmax(dim=-1)


def over_tokens(losses, real):
    return losses[real].mean()


# 05.4 Find the cheat
JUDGEMENT = {"A": "honest", "B": "cheat", "C": "by heart", "best": "A"}

EXERCISES = [
    Exercise(
        id="05.1",
        title="Columns",
        points=2,
        truth=columns,
        cases=target_cases,
        mistakes=[
            ("the target is not shifted: the decoder reads the very token that it must predict", unshifted),
            ("what is read and what must be predicted are exchanged", exchanged),
            ("the target is not shifted: the decoder reads the very token that it must predict", unshifted_labels),
            ("the end token is missing from the labels: nobody learns to stop", without_the_end),
            ("the end token is read as well: it is only predicted", with_the_end_read),
            ("the rows have different lengths: fill them up with 0 to the longest", without_padding),
            ("the end token is missing from the labels: nobody learns to stop", lambda s: columns(s, right=())),
            ("what is read does not begin with BOS", lambda s: columns(s, left=())),
            ("padding is counted", lambda s: columns(s, counted=lambda ids: 9)),
            ("the end token is not counted, but it must be predicted, too", lambda s: columns(s, counted=len)),
            ("the padding stands on the left; it belongs behind the sentence", padded_on_the_left),
            ("the places after a sentence hold the end token; they are padding", lambda s: columns(s, right=[EOS] * 9)),
        ],
    ),
    Exercise(
        id="05.2",
        title="A loss on paper",
        points=2,
        truth=loss_on_paper,
        tolerance=3e-3,
        mistakes=[
            ("the padding is counted in the loss", {"loss": loss_on_paper(p=(*P, 0.1))["loss"]}),
            ("the loss is not divided by the number of tokens", {"loss": loss_on_paper(size=lambda p: 1)["loss"]}),
            (
                "this is the logarithm to base 2; nats have the natural one",
                {"loss": loss_on_paper(log=math.log2)["loss"]},
            ),
            ("this is the mean of the probabilities; the loss is the mean of −log p", {"loss": sum(P) / 3}),
            ("this is −log of the mean; the loss is the mean of −log", {"loss": -math.log(sum(P) / 3)}),
            (
                "the mean of the probabilities; all three tokens must be right, so they are multiplied",
                {"sentence": sum(P) / 3},
            ),
            ("the padding is no part of the sentence", {"sentence": 0.01}),
        ],
    ),
    Exercise(
        id="05.3",
        title="Find the bug: a loss that is too small",
        points=2,
        truth=loss,
        cases=loss_cases,
        mistakes=[
            ("padding is counted in the loss", loss_from(log_softmax, lambda losses, real: losses.mean())),
            (
                "padding is counted in the number of tokens",
                loss_from(log_softmax, lambda losses, real: (losses * real).sum() / real.numel()),
            ),
            (
                "each sentence counts alike, however short; the mean goes over all real tokens",
                loss_from(log_softmax, lambda losses, real: ((losses * real).sum(dim=1) / real.sum(dim=1)).mean()),
            ),
            (
                "the loss is a sum; asked for is the mean over the real tokens",
                loss_from(log_softmax, lambda losses, real: losses[real].sum()),
            ),
            (
                "softmax is taken twice: cross-entropy wants logits",
                loss_from(lambda logits: logits.softmax(dim=-1).log_softmax(dim=-1), over_tokens),
            ),
            ("the softmax is missing: logits are no log-probabilities", loss_from(lambda logits: logits, over_tokens)),
            (
                "the logarithm is missing: this is a mean of probabilities",
                loss_from(lambda logits: logits.softmax(dim=-1), over_tokens),
            ),
            (
                "softmax over the wrong axis: over the positions, not over the vocabulary",
                loss_from(lambda logits: logits.log_softmax(dim=1), over_tokens),
            ),
            (
                "the labels are shifted once more: they are one place ahead of the input already",
                lambda logits, labels: loss(logits[:, :-1], labels[:, 1:]),
            ),
        ],
    ),
    Exercise(
        id="05.4",
        title="Find the cheat",
        points=2,
        truth=lambda: JUDGEMENT,
        mistakes=[
            ("A's losses fall together, and its sentences get right: nothing is wrong with it", {"A": "cheat"}),
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
