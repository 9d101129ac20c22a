"""What all studies do: train a small model, and count hits in percent."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from course_lib.data.batches import BatchSource
from course_lib.objectives import TokenLoss
from course_lib.training import Plan, Trainer

M = TypeVar("M", bound=nn.Module)


def fit(
    model: M,
    batches: BatchSource,
    objective: Callable[[nn.Module, Any], TokenLoss],
    steps: int,
    rate: float,
    seed: int = 0,
    evaluate: Callable[[nn.Module], dict[str, float]] | None = None,
    **plan: Any,
) -> M:
    """Train a model on data, and return it ready to be tested.

    Args:
        model: trained in place.
        batches, objective, evaluate: see `Trainer`.
        steps, rate, seed: how many batches, the peak of the learning rate, and the seed of the `Plan`.
        plan: its other fields.
    """
    plan = Plan(steps=steps, learning_rate=rate, seed=seed, **{"evaluations": 1} | plan)
    Trainer(model, batches, objective, plan, evaluate=evaluate).train()
    return model.eval()


def descend(
    optimizer: torch.optim.Optimizer,
    loss: Callable[[], Tensor],
    steps: int,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
) -> list[float]:
    """Train on a task that is drawn anew for each step, and return the losses.

    Args:
        optimizer: has the model's parameters.
        loss: draws a batch, and computes the model's loss on it.
        steps: how many.
        schedule: of the learning rate, moved on after each step.
    """
    losses = []
    for _ in range(steps):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        if schedule:
            schedule.step()
        losses.append(value.item())
    return losses


def adam(model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """The optimizer of a model that `descend` trains."""
    return torch.optim.Adam(model.parameters(), lr=rate, fused=True)


def percent(hits: Tensor | Iterable[bool]) -> float:
    """The share of hits, in percent. A list may be empty, which gives 0."""
    if isinstance(hits, Tensor):
        return 100 * hits.float().mean().item()
    hits = list(hits)
    return 100 * sum(hits) / max(1, len(hits))


def mean(numbers: Iterable[float]) -> float:
    """The mean of some numbers."""
    numbers = list(numbers)
    return sum(numbers) / len(numbers)
