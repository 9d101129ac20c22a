"""Preferring one of two answers, and reporting what it brought and cost."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def preference_cases(seed):
    """Pairs of answers, and five reports: three keep their promise, one barely, two break half of it once."""
    u = number(seed, 1, 3) / 4
    good = [(30 + u, 11.0, 88.0, 87.5), (40.0, 19.0, 90.0, 89.5 - u), (36.0, 17.0 + u, 86.0, 86.5)]
    no_half, dear = [*good[:2], (36.0, 21.0, 86.0, 86.5)], [(30.0, 11.0, 88.0, 86.0 - u), *good[1:]]
    barely = [*good[:2], (40.0, 20.0, 90.0, 88.0)]
    won = [(30.0, 14.0, 85.0, 86.5 + u), (40.0, 18.0, 86.0, 88.5), (36.0, 9.0, 84.0, 87.0)]
    keys = "rate before", "rate after", "exact before", "exact after"
    runs = good, no_half, dear, barely, won
    reports = [[dict(zip(keys, of_seed, strict=True)) for of_seed in run] for run in (*runs, *runs)]
    reports = reports[seed % 5 :][:5]
    cases = []
    for B, T, beta in ((3, 7, 0.5), (4, 11, 0.9)):
        log_p, reference = (-2 * x.abs() for x in random_tensors(seed + T, (B, 2, T), (B, 2, T)))
        is_answer = torch.arange(T) >= torch.tensor([[1, 3], [3, 2], [2, 1], [1, 2]][:B]).unsqueeze(-1)
        cases.append((scattered(log_p), reference, is_answer, beta, reports))
    return cases


def prefer(log_p, reference_log_p, is_answer, beta):
    """B 2 T, B 2 T, B 2 T, a number -> the mean loss."""
    gains = ((log_p - reference_log_p) * is_answer).sum(dim=-1)
    return -F.logsigmoid(beta * (gains[:, 0] - gains[:, 1])).mean()


def report(runs):
    """The worst of all seeds: {"factor", "cost", "keep"}."""
    factor = max(run["rate after"] / run["rate before"] for run in runs)
    cost = max(run["exact before"] - run["exact after"] for run in runs)
    return {"factor": factor, "cost": cost, "keep": factor <= 0.5 and cost <= 2}


def prefer_and_report(functions, log_p, reference_log_p, is_answer, beta, reports):
    """The loss, and of the reports each part as a list."""
    mine, tell = functions
    told = [tell(runs) or {"factor": None} for runs in reports]
    return {"loss": mine(log_p, reference_log_p, is_answer, beta)} | {
        name: [of.get(name) for of in told] for name in ("factor", "cost", "keep")
    }


PREFER = Exercise(
    id="26.5",
    title="Prefer",
    points=3,
    truth=(prefer, report),
    cases=preference_cases,
    run=prefer_and_report,
    mistakes=[
        (
            "loss: the sign is turned: this prefers the rejected answer",
            Edit("gains[:, 0] - gains[:, 1] → gains[:, 1] - gains[:, 0]"),
        ),
        ("loss: the minus is missing: log σ is below 0", Edit("-F.log → F.log")),
        ("loss: the rejected answer is missing", Edit("(gains[:, 0] - gains[:, 1]) → gains[:, 0]")),
        ("loss: the reference is forgotten", Edit(" - reference_log_p → ")),
        ("loss: the reference is added; it is to be subtracted", Edit("- reference_log_p → + reference_log_p")),
        (
            "loss: log p of an answer is a sum; yours is a mean over its tokens",
            Edit("is_answer).sum(dim=-1) → is_answer).sum(dim=-1) / is_answer.sum(dim=-1)"),
        ),
        ("loss: only the answer's tokens count, not the question's", Edit(" * is_answer → ")),
        (
            "loss: β stands in front of the loss; it belongs inside σ",
            Edit(
                "-F.logsigmoid(beta * (gains[:, 0] - gains[:, 1])) → -beta * F.logsigmoid((gains[:, 0] - gains[:, 1]))"
            ),
        ),
        ("loss: divided by β; multiply", Edit("beta * → 1 / beta *")),
        ("loss: β is forgotten", Edit("beta * → ")),
        (
            "loss: β multiplies the reference only; it belongs to the whole",
            Edit("- reference_log_p → - beta * reference_log_p", "beta * (gains → (gains"),
        ),
        ("loss: asked for is the mean over pairs", Edit(").mean() → ).sum()")),
        (
            "loss: this is the probability; the loss is its −log",
            Edit("-F.logsigmoid( → torch.sigmoid("),
        ),
        (
            "loss: first −log σ of each pair, then the mean",
            Edit("(gains[:, 0] - gains[:, 1])).mean() → (gains[:, 0] - gains[:, 1]).mean())"),
        ),
        ("factor: the worst seed, not the mean", Edit("factor = max( → factor = 1 / len(runs) * sum(")),
        ("factor: the worst seed, not the best", Edit("factor = max → factor = min")),
        (
            "factor: after divided by before",
            Edit('run["rate after"] / run["rate before"] → run["rate before"] / run["rate after"]'),
        ),
        (
            "factor: a factor, not a difference",
            Edit('run["rate after"] / run["rate before"] → run["rate before"] - run["rate after"]'),
        ),
        ("cost: the worst seed, not the mean", Edit("cost = max( → cost = 1 / len(runs) * sum(")),
        ("cost: the worst seed, not the best", Edit("cost = max → cost = min")),
        (
            "cost: in points: before minus after, not in percent of before",
            Edit('run["exact before"] - run["exact after"] → 100 - 100 * run["exact after"] / run["exact before"]'),
        ),
        (
            "keep: every seed has to keep both promises",
            Edit(
                '"keep": factor <= 0.5 and cost <= 2 → "keep": any(2 * run["rate after"] <= run["rate before"] '
                'and run["exact before"] - run["exact after"] <= 2 for run in runs)'
            ),
        ),
        (
            "cost: the worst of all seeds, also where it is not the seed with the worst factor",
            Edit(
                'cost = max(run["exact before"] - run["exact after"] for run in runs) → '
                'run = max(runs, key=lambda run: run["rate after"] / run["rate before"])\n'
                '    cost = run["exact before"] - run["exact after"]'
            ),
        ),
        ("keep: accuracy counts, too", Edit(" and cost <= 2 → ")),
        ("keep: the rate has to be halved in every seed", Edit("<= 0.5 → <= 1.0")),
        ("keep: exactly half and exactly 2 points are good enough", Edit("<= 0.5 → < 0.5")),
        ("keep: exactly half and exactly 2 points are good enough", Edit("<= 2 → < 2")),
    ],
)
