"""A small training run for the tests of this folder: dropout, averaging and accumulation all take part."""

import torch

from course_lib.objectives import TeacherForcing
from course_lib.training import Plan, Trainer
from tests.toys import reversal_batches, tiny_translator

STEPS = 9


def trainer(*, model_seed=0, dropout=0.3, objective=None, evaluate=None, folder=None, description=None, **plan):
    """A `Trainer` that learns to reverse, by a plan of nine steps unless `plan` says otherwise."""
    torch.manual_seed(model_seed)
    return Trainer(
        tiny_translator(dropout=dropout),
        reversal_batches(tokens_per_batch=150),
        objective or TeacherForcing(label_smoothing=0.1),
        Plan(**({"steps": STEPS, "learning_rate": 1e-2, "average": 0.7, "evaluations": 3} | plan)),
        evaluate=evaluate,
        folder=folder,
        description=description,
    )


def trained_weights(run):
    """The weights that a run ends with."""
    run.train()
    return {name: tensor.detach().clone() for name, tensor in run.plain_model.state_dict().items()}


def is_same(weights, others):
    """Whether two sets of weights are the same, bit for bit."""
    return weights.keys() == others.keys() and all(torch.equal(weights[name], others[name]) for name in weights)


def untimed(history):
    """A history without its times, which no two runs share."""
    return [{name: entry[name] for name in entry.keys() - {"seconds", "tokens_per_second"}} for entry in history]


class Recorded:
    """An objective that notes the loss and the tokens of each part, and first runs `before` with its number."""

    def __init__(self, before=lambda call: None):
        self.objective, self.before = TeacherForcing(label_smoothing=0.1), before
        self.losses, self.counts = [], []

    def __call__(self, model, batch):
        self.before(len(self.losses))
        loss = self.objective(model, batch)
        self.losses.append(loss.total.item())
        self.counts.append(loss.count)
        return loss
