"""The loss within the trained length and beyond it; with the ways to get it wrong."""

import torch

from course_lib.exercises.cases import dice, random_tensors, scattered


def length_cases(seed):
    logits, more, slope = random_tensors(seed, (3, 20, 7), (2, 12, 5), (20, 1))
    labels, few = (torch.randint(v, (b, t), generator=dice(seed)) for b, t, v in ((3, 20, 7), (2, 12, 5)))
    return [(logits + slope * logits, labels, 5), (scattered(more), few, 3), (3 * logits.double(), labels, 4)]


def within_and_beyond(logits, labels, trained, normalize=lambda x: x.log_softmax(dim=-1), end=0, start=None, last=None):
    loss = -normalize(logits).gather(-1, labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)
    begin = trained if start is None else start
    return {"within": loss[: trained + end].mean(), "beyond": loss[(-last if last else begin) :].mean()}


def exchanged(*case):
    return dict(zip(("beyond", "within"), within_and_beyond(*case).values(), strict=True))


def cut_in_texts(logits, labels, trained):
    return {
        "within": within_and_beyond(logits[:trained], labels[:trained], labels.shape[1])["within"],
        "beyond": within_and_beyond(logits[trained:], labels[trained:], labels.shape[1])["within"],
    }


def shifted_once_more(logits, labels, trained):
    return within_and_beyond(logits[:, :-1], labels[:, 1:], trained)


def summed(logits, labels, trained):
    means, (B, T) = within_and_beyond(logits, labels, trained), labels.shape
    return {"within": B * trained * means["within"], "beyond": B * (T - trained) * means["beyond"]}


def measured_with(**changes):
    return lambda *case: within_and_beyond(*case, **changes)


LENGTH_MISTAKES = [
    ("within has one place too many: the last trained one is trained − 1", measured_with(end=1)),
    ("beyond is all places after the trained ones, not the whole text", measured_with(start=0)),
    ("beyond is all places after the trained ones, not the last one", measured_with(last=1)),
    (
        "the softmax belongs over the vocabulary",
        measured_with(normalize=lambda x: x.log_softmax(1)),
    ),
    ("this is the mean of −p; a loss is the mean of −log p", measured_with(normalize=lambda x: x.softmax(-1))),
    ("the logits are no log-probabilities yet", measured_with(normalize=lambda logits: logits)),
    ("within and beyond are exchanged", exchanged),
    ("within has one place too few: the last trained one is trained − 1", measured_with(end=-1)),
    ("the texts are cut, not the places: B comes first", cut_in_texts),
    ("the labels are the right characters already: no shift is needed", shifted_once_more),
    ("a sum; asked for are means", summed),
]
