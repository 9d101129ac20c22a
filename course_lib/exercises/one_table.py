"""12.4, A model of one table: a table of logits is fine-tuned, and what it forgets is measured."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise


def table_cases(seed):
    (table,) = random_tensors(seed, (11, 11))
    story = torch.randint(11, (9,), generator=dice(seed + 1))
    sizes = ((6, 3), (9, 5), (4, 3))
    rows = [(torch.randint(11, (n,), generator=dice(seed + n)), torch.arange(n) >= start) for n, start in sizes]
    return [(table, rows, story, number(seed, 3, 6))]


def text_loss(table, ids):
    return F.cross_entropy(table[ids[:-1]], ids[1:])


def answer_loss(table, rows, all_tokens=False, shift=1, by_row=False, mean=torch.mean):
    """The mean loss over the completion tokens."""
    losses = []
    for ids, said in rows:
        said = torch.ones_like(said) if all_tokens else said
        before = len(ids) - shift
        losses.append(F.cross_entropy(table[ids[:before]], ids[shift:], reduction="none")[said[shift:]])
    return torch.stack([part.mean() for part in losses]).mean() if by_row else mean(torch.cat(losses))


def fine_tune(table, rows, steps, rate=2.0, forget=True, loss=answer_loss):
    """Plain gradient descent on a table of logits."""
    table, slope = table.clone(), 0
    for _ in range(steps):
        table.requires_grad_()
        (new,) = torch.autograd.grad(loss(table, rows), table)
        slope = new if forget else slope + new
        table = table.detach() - rate * slope
    return table


def row_by_row(table, rows, steps):
    """As many steps for each row as there should be for all of them together."""
    for row in steps * rows:
        table = fine_tune(table, [row], 1)
    return table


def forgotten(before, after, story):
    """By what factor the perplexity of a story has grown."""
    return (text_loss(after, story) - text_loss(before, story)).exp()


def tune_and_measure(pair, table, rows, story, steps):
    """Both functions; the second one gets what the first should give. A mistake has one of them only."""
    tune, measure = pair
    old = table.clone()
    new = tune(old, rows, steps) if tune else None
    result = {} if new is None else {"table": new, "old table": old}
    return result | ({"forgotten": measure(table, fine_tune(table, rows, steps), story)} if measure else {})


def tuned(**changes):
    return lambda table, rows, steps: fine_tune(table, rows, steps, **changes), None


def measured(answer):
    return None, lambda before, after, story: answer(text_loss(before, story), text_loss(after, story))


def growth(old, new):
    return (new - old).exp() - 1


def late(table, rows, steps):
    """Marks that stand one place too late."""
    return fine_tune(table, [(ids, said.roll(1)) for ids, said in rows], steps)


def tuned_by(**changes):
    return tuned(loss=lambda table, rows: answer_loss(table, rows, **changes))


ONE_TABLE = Exercise(
    id="12.4",
    title="A model of one table",
    points=3,
    truth=(fine_tune, forgotten),
    cases=table_cases,
    run=tune_and_measure,
    tolerance=1e-3,
    mistakes=[
        ("table: the prompts are scored, too", tuned_by(all_tokens=True)),
        ("table: the labels are not shifted: the model learns to repeat what it reads", tuned_by(shift=0)),
        ("table: each dialogue counts alike; the mean is over all completion tokens", tuned_by(by_row=True)),
        ("table: the losses are added up; take their mean", tuned_by(mean=torch.sum)),
        ("table: a step for each dialogue; one step looks at all of them", (row_by_row, None)),
        ("table: the slopes of earlier steps are not forgotten", tuned(forget=False)),
        ("table: it walks uphill: subtract the gradient", tuned(rate=-2.0)),
        ("table: the learning rate is 2", tuned(rate=1.0)),
        ("old table: it has changed, too; work on a copy", (lambda t, *rest: t.copy_(fine_tune(t, *rest)), None)),
        ("table: nothing has changed", (lambda table, rows, steps: table, None)),
        ("table: one step too many", (lambda table, rows, steps: fine_tune(table, rows, steps + 1), None)),
        ("table: the learning rate is 2", tuned(rate=0.1)),
        ("table: only the first dialogue is learnt", tuned(loss=lambda table, rows: answer_loss(table, rows[:1]))),
        ("table: the mark that counts is that of the token to be said, not of the one before", (late, None)),
        ("forgotten: a factor of 1 says that nothing has changed; don't subtract it", measured(growth)),
        ("forgotten: losses are in nats: e to the power, not 2", measured(lambda old, new: 2 ** (new - old))),
        ("table: one step too few", (lambda table, rows, steps: fine_tune(table, rows, steps - 1), None)),
        ("forgotten: a difference of losses; e to its power is the factor", measured(lambda old, new: new - old)),
        ("forgotten: a perplexity takes the mean loss, not the sum", measured(lambda a, b: (8 * (b - a)).exp())),
        ("forgotten: before and after are exchanged", measured(lambda old, new: (old - new).exp())),
        ("forgotten: the perplexity afterwards; divide by that before", measured(lambda _, new: new.exp())),
        ("forgotten: perplexities are subtracted; divide them", measured(lambda old, new: new.exp() - old.exp())),
        ("forgotten: a quotient of losses is no quotient of perplexities", measured(lambda old, new: new / old)),
    ],
)
