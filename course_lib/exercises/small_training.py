"""A training of a few steps, of a model of two layers."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.exercises.cases import dice
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def training_cases(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 7))
    tokens = torch.randint(1, 7, (3, 2, 6), generator=dice(seed))
    batches = [(row[:, :-1], row[:, 1:].clone()) for row in tokens]
    for _, labels in batches:
        labels[1, 3:] = 0  # padding
    return [(model, batches, 0.5), (model, batches[:1], 0.1)]


def train(model, batches, rate):
    """One step of gradient descent per batch; returns the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    losses = []
    for inputs, labels in batches:
        logits = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def run_training(answer, model, batches, rate):
    """The losses, and what has become of the model."""
    losses = answer(model, batches, rate)
    return None if losses is None else {"losses": losses, "weights": model[1].weight}


TRAINING = Exercise(
    id="04.5",
    title="Find the bug: a training that hardly learns",
    points=3,
    truth=train,
    cases=training_cases,
    run=run_training,
    mistakes=[
        (
            "the slopes are not forgotten: zero_grad is missing, so each step repeats the steps before",
            Edit("optimizer.zero_grad() → "),
        ),
        (
            "padding is counted in the loss: label 0 is no word",
            Edit(", ignore_index=0 → "),
        ),
        (
            "the target is not shifted: the model is asked for the token that it reads, not for the next one",
            Edit("labels.flatten() → inputs.flatten()"),
        ),
        (
            "the loss is a sum over the tokens; asked for is the mean",
            Edit('ignore_index=0 → ignore_index=0, reduction="sum"'),
        ),
        (
            "the model stays as it was: no step is taken, or when it is, there are no slopes, not yet or no longer",
            Edit("optimizer.step() → "),
        ),
        (
            "the loss is computed on probabilities: softmax twice",
            Edit("logits.flatten(0, 1) → logits.softmax(dim=-1).flatten(0, 1)"),
        ),
        (
            "each sentence counts alike, however short; asked for is the mean over all tokens",
            Edit(
                "F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0) → "
                "torch.stack([F.cross_entropy(*pair, ignore_index=0) for pair in zip(logits, labels)]).mean()"
            ),
        ),
        (
            "the loss is divided by the number of sentences; asked for is the mean over all real tokens",
            Edit('ignore_index=0) → ignore_index=0, reduction="sum") / len(labels)'),
        ),
        (
            "padding is counted in the number of tokens",
            Edit('ignore_index=0) → ignore_index=0, reduction="sum") / labels.numel()'),
        ),
        *[
            (f"plain gradient descent was asked for; these are the steps of {name}", Edit(f"SGD(model → {name}(model"))
            for name in ("Adam", "AdamW")
        ],
        (
            "a loss is noted before the step; this is what it is behind it",
            Edit(
                "losses.append(loss.item()) → losses.append(F.cross_entropy(model(inputs).flatten(0, 1), "
                "labels.flatten(), ignore_index=0).item())"
            ),
        ),
    ],
)
