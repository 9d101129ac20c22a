"""The loss within the trained length and beyond it."""

import torch

from course_lib.exercises.cases import dice, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def length_cases(seed):
    logits, more, slope = random_tensors(seed, (9, 20, 7), (2, 12, 5), (20, 1))
    labels, few = (torch.randint(v, (b, t), generator=dice(seed)) for b, t, v in ((9, 20, 7), (2, 12, 5)))
    return [(logits + slope * logits, labels, 5), (scattered(100 * more), few, 3), (3 * logits.double(), labels, 4)]


def within_and_beyond(logits, labels, trained):
    """B T V, B T -> the mean losses within and beyond."""
    log_p = logits.log_softmax(dim=-1)
    loss = -log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)
    return {"within": loss[:trained].mean(), "beyond": loss[trained:].mean()}


ALTERNATING = Exercise(
    id="20.5",
    title="Alternating",
    points=2,
    truth=within_and_beyond,
    cases=length_cases,
    mistakes=[
        ("within has one place too many: the last trained one is trained − 1", Edit("[:trained] → [: trained + 1]")),
        ("beyond is all places after the trained ones, not the whole text", Edit("[trained:] → ")),
        ("beyond is all places after the trained ones, not the last one", Edit("[trained:] → [-1:]")),
        (
            "the softmax belongs over the vocabulary",
            Edit("softmax(dim=-1) → softmax(dim=1)"),
        ),
        ("this is the mean of −p; a loss is the mean of −log p", Edit("log_softmax → softmax")),
        ("the logits are no log-probabilities yet", Edit(".log_softmax(dim=-1) → ")),
        (
            "within and beyond are exchanged",
            Edit('"within": loss → "beyond": loss', '"beyond": loss[trained → "within": loss[trained'),
        ),
        ("within has one place too few: the last trained one is trained − 1", Edit("[:trained] → [: trained - 1]")),
        ("the texts are cut, not the places: B comes first", Edit("mean(dim=0) → mean(dim=1)")),
        (
            "the labels are the right characters already: no shift is needed",
            Edit("log_p = logits → labels, logits = labels[:, 1:], logits[:, :-1]\n    log_p = logits"),
        ),
        (
            "a sum; asked for are means",
            Edit(
                "mean(dim=0) → sum(dim=0)",
                "[:trained].mean() → [:trained].sum()",
                "[trained:].mean() → [trained:].sum()",
            ),
        ),
        ("beyond is all places after the trained ones, not as many more", Edit("[trained:] → [trained : 2 * trained]")),
        (
            "the exponential of a large logit is infinite; log-softmax subtracts the largest one first",
            Edit("logits.log_softmax(dim=-1) → (logits.exp() / logits.exp().sum(dim=-1, keepdim=True)).log()"),
        ),
        (
            "first the mean of p over the texts, then its logarithm; a loss is the mean of −log p",
            Edit(
                "log_p = logits.log_softmax(dim=-1) → p = logits.softmax(dim=-1)",
                "-log_p.gather → p.gather",
                ".mean(dim=0)\n → .mean(dim=0).log().neg()\n",
            ),
        ),
    ],
)
