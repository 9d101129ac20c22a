"""Preferring one of two answers, and reporting what it brought and cost; and wrong ways of both."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import number, random_tensors, scattered


def preference_cases(seed):
    """Pairs of answers, and four reports: two keep their promise, one of them barely, and two break half of it once."""
    u = number(seed, 1, 3) / 4
    good = [(30 + u, 11.0, 88.0, 87.5), (40.0, 19.0, 90.0, 89.5 - u), (36.0, 17.0 + u, 86.0, 86.5)]
    no_half, dear = [*good[:2], (36.0, 21.0, 86.0, 86.5)], [(30.0, 11.0, 88.0, 85.0 - u), *good[1:]]
    barely = [*good[:2], (40.0, 20.0, 90.0, 88.0)]
    keys = "rate before", "rate after", "exact before", "exact after"
    reports = [[dict(zip(keys, seed, strict=True)) for seed in run] for run in (good, no_half, dear, barely)]
    cases = []
    for B, T, beta in ((3, 7, 0.5), (4, 5, 0.9)):
        log_p, reference = (-2 * x.abs() for x in random_tensors(seed + T, (B, 2, T), (B, 2, T)))
        is_answer = torch.arange(T) >= torch.tensor([[1, 3], [3, 2], [2, 1], [1, 2]][:B]).unsqueeze(-1)
        cases.append((scattered(log_p), reference, is_answer, beta, reports))
    return cases


def minus_log_sigmoid(gains, beta):
    return F.softplus(-beta * (gains[:, 0] - gains[:, 1])).mean()


def prefer(log_p, reference_log_p, is_answer, beta, weigh=torch.clone, reference=1.0, loss=minus_log_sigmoid):
    gains = ((log_p - reference * reference_log_p) * weigh(is_answer.float())).sum(dim=-1)
    return loss(gains, beta)


def mean_over_tokens(kept):
    return kept / kept.sum(dim=-1, keepdim=True)


def beta_on_the_reference(log_p, reference_log_p, is_answer, beta):
    return prefer(log_p, beta * reference_log_p, is_answer, 1.0)


def worst(runs, of=max, factor=lambda before, after: after / before, keep=all, dearest=2.0, relative=0, limit=0.5):
    factors = [factor(r["rate before"], r["rate after"]) for r in runs]
    costs = [(r["exact before"] - r["exact after"]) / (r["exact before"] / 100 if relative else 1) for r in runs]
    kept = keep(f <= limit and c <= dearest for f, c in zip(factors, costs, strict=True))
    return {"factor": of(factors), "cost": of(costs), "keep": kept}


def mean(numbers):
    return sum(numbers) / len(numbers)


def prefer_and_report(functions, log_p, reference_log_p, is_answer, beta, reports):
    """The loss, and of the reports each part as a list."""
    mine, report = functions
    result = {"loss": mine(log_p, reference_log_p, is_answer, beta)} if mine else {}
    found = [report(runs) or {"factor": None} for runs in reports] if report else [{}]
    return result | {name: [of.get(name) for of in found] for name in ("factor", "cost", "keep") if name in found[0]}


def preferred(**changes):
    return lambda *case: prefer(*case, **changes), None


def told(part, **changes):
    return None, lambda runs: {part: worst(runs, **changes)[part]}


PREFER_MISTAKES = [
    (
        "loss: the sign is turned: this prefers the rejected answer",
        preferred(loss=lambda g, b: minus_log_sigmoid(g, -b)),
    ),
    ("loss: the minus is missing: log σ is below 0", preferred(loss=lambda g, b: -minus_log_sigmoid(g, b))),
    ("loss: the rejected answer is missing", preferred(loss=lambda g, b: F.softplus(-b * g[:, 0]).mean())),
    ("loss: the reference is forgotten", preferred(reference=0.0)),
    ("loss: the reference is added; it is to be subtracted", preferred(reference=-1.0)),
    ("loss: log p of an answer is a sum; yours is a mean over its tokens", preferred(weigh=mean_over_tokens)),
    ("loss: only the answer's tokens count, not the question's", preferred(weigh=torch.ones_like)),
    (
        "loss: β stands in front of the loss; it belongs inside σ",
        preferred(loss=lambda g, b: b * minus_log_sigmoid(g, 1)),
    ),
    ("loss: divided by β; multiply", preferred(loss=lambda g, b: minus_log_sigmoid(g, 1 / b))),
    ("loss: β is forgotten", preferred(loss=lambda g, b: minus_log_sigmoid(g, 1))),
    ("loss: β multiplies the reference only; it belongs to the whole", (beta_on_the_reference, None)),
    ("loss: asked for is the mean over pairs", preferred(loss=lambda g, b: len(g) * minus_log_sigmoid(g, b))),
    (
        "loss: this is the probability; the loss is its −log",
        preferred(loss=lambda g, b: (b * (g[:, 0] - g[:, 1])).sigmoid().mean()),
    ),
    (
        "loss: first −log σ of each pair, then the mean",
        preferred(loss=lambda g, b: minus_log_sigmoid(g.mean(dim=0, keepdim=True), b)),
    ),
    ("factor: the worst seed, not the mean", told("factor", of=mean)),
    ("factor: the worst seed, not the best", told("factor", of=min)),
    ("factor: after divided by before", told("factor", factor=lambda before, after: before / after)),
    ("factor: a factor, not a difference", told("factor", factor=lambda before, after: before - after)),
    ("cost: the worst seed, not the mean", told("cost", of=mean)),
    ("cost: the worst seed, not the best", told("cost", of=min)),
    ("cost: in points: before minus after, not in percent of before", told("cost", relative=1)),
    ("keep: every seed has to keep both promises", told("keep", keep=any)),
    ("keep: accuracy counts, too", told("keep", dearest=99)),
    ("keep: the rate has to be halved in every seed", told("keep", limit=1.0)),
    ("keep: exactly half and exactly 2 points are good enough", told("keep", limit=0.499)),
    ("keep: exactly half and exactly 2 points are good enough", told("keep", dearest=1.999)),
]
