"""12.4, A model of one table: a table of logits is fine-tuned, and what it forgets is measured."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def table_cases(seed):
    (table,) = random_tensors(seed, (11, 11))
    story = torch.randint(11, (9,), generator=dice(seed + 1))
    sizes = ((6, 3), (9, 5), (4, 3))
    rows = [(torch.randint(11, (n,), generator=dice(seed + n)), torch.arange(n) >= start) for n, start in sizes]
    return [(table, rows, story, number(seed, 3, 6))]


def fine_tune(table, rows, steps):
    """Logits V V and pairs (ids, marks) -> the logits after so many steps."""
    table = table.clone().requires_grad_()
    optimizer = torch.optim.SGD([table], lr=2.0)
    for _ in range(steps):
        optimizer.zero_grad()
        losses = [F.cross_entropy(table[ids[:-1]], ids[1:], reduction="none")[marks[1:]] for ids, marks in rows]
        torch.cat(losses).mean().backward()
        optimizer.step()
    return table.detach()


def forgotten(before, after, story):
    """By what factor the perplexity of a story (ids) grew."""
    old, new = (F.cross_entropy(table[story[:-1]], story[1:]) for table in (before, after))
    return (new - old).exp()


def tune_and_measure(functions, table, rows, story, steps):
    """Both functions; the second one compares the table with another one."""
    tune, measure = functions
    old = table.clone()
    new, factor = tune(old, rows, steps), measure(table, table.mT, story)
    return ({} if new is None else {"table": new, "old table": old}) | {"forgotten": factor}


ONE_TABLE = Exercise(
    id="12.4",
    title="A model of one table",
    points=3,
    truth=(fine_tune, forgotten),
    cases=table_cases,
    run=tune_and_measure,
    tolerance=1e-3,
    mistakes=[
        ("table: the prompts are scored, too", Edit("[marks[1:]] → ")),
        (
            "table: the labels are not shifted: the model learns to repeat what it reads",
            Edit("table[ids[:-1]], ids[1:] → table[ids], ids", "marks[1:] → marks"),
        ),
        (
            "table: each dialogue counts alike; the mean is over all completion tokens",
            Edit("[marks[1:]] → [marks[1:]].mean()", "torch.cat → torch.stack"),
        ),
        ("table: the losses are added up; take their mean", Edit("mean().backward() → sum().backward()")),
        (
            "table: a step for each dialogue; one step looks at all of them",
            Edit("for _ in range(steps) → for row in steps * rows", "in rows] → in [row]]"),
        ),
        ("table: the slopes of earlier steps are not forgotten", Edit("optimizer.zero_grad() → pass")),
        ("table: it walks uphill: subtract the gradient", Edit("lr=2.0 → lr=2.0, maximize=True")),
        ("table: the learning rate is 2", Edit("lr=2.0 → lr=1.0")),
        ("table: the learning rate is 2", Edit("lr=2.0 → lr=0.1")),
        ("old table: it has changed, too; work on a copy", Edit(".clone() → ")),
        ("table: nothing has changed", Edit("optimizer.step() → pass")),
        ("table: one step too many", Edit("range(steps) → range(steps + 1)")),
        ("table: one step too few", Edit("range(steps) → range(steps - 1)")),
        ("table: only the first dialogue is learnt", Edit("in rows] → in rows[:1]]")),
        (
            "table: the mark that counts is that of the token to be said, not of the one before",
            Edit("marks[1:] → marks[:-1]"),
        ),
        ("forgotten: a factor of 1 says that nothing has changed; don't subtract it", Edit("exp() → exp() - 1")),
        ("forgotten: losses are in nats: e to the power, not 2", Edit("exp() → exp2()")),
        ("forgotten: a difference of losses; e to its power is the factor", Edit(".exp() → ")),
        (
            "forgotten: a perplexity takes the mean loss, not the sum",
            Edit("table[story[:-1]], story[1:] → table[story[:-1]], story[1:], reduction='sum'"),
        ),
        ("forgotten: before and after are exchanged", Edit("new - old → old - new")),
        ("forgotten: the perplexity afterwards; divide by that before", Edit("new - old → new")),
        ("forgotten: perplexities are subtracted; divide them", Edit("(new - old).exp() → new.exp() - old.exp()")),
        ("forgotten: a quotient of losses is no quotient of perplexities", Edit("(new - old).exp() → new / old")),
        (
            "forgotten: each token is asked for itself; it should be asked for the next one",
            Edit("table[story[:-1]], story[1:] → table[story], story"),
        ),
    ],
)
