"""How much of what a conversion to few key-value heads breaks comes back with a little training?

A model with 8 key-value heads is converted to fewer, in one of several ways, and trained on for 2.5, 5 and 10 % of its
steps, each time with a plan of its own (Ainslie et al. 2023, sections 2.1 and 3.3). Its stories come in another order.
The control is the model with 8 key-value heads itself, which gets the same further steps with nothing converted.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import cache

import torch

from course_lib.data import load_stories
from course_lib.models import Llm, to_grouped
from course_lib.workshop.studies.shared_heads import STEPS, fit, loss_of, new_model
from course_lib.workshop.studies.study import Numbers, Study

SHARES = 2.5, 5, 10  # percents of the steps


def mean(model: Llm, num_kv_heads: int) -> Llm:
    """Each shared head is the mean of its group."""
    return to_grouped(model, num_kv_heads)


@torch.no_grad()
def first(model: Llm, num_kv_heads: int) -> Llm:
    """Each shared head is the first of its group, and the others are dropped."""
    model = deepcopy(model)
    for projection in kv_projections(model):
        heads = projection.weight.unflatten(0, (num_kv_heads, 8 // num_kv_heads, -1))
        heads.copy_(heads[:, :1].clone().expand_as(heads))
    return to_grouped(model, num_kv_heads)


def random(model: Llm, num_kv_heads: int) -> Llm:
    """The shared heads are new."""
    grouped = to_grouped(model, num_kv_heads)
    for projection in kv_projections(grouped):
        projection.reset_parameters()
    return grouped


def anew(model: Llm, num_kv_heads: int) -> Llm:
    """All is new: what the same steps make of a model that knows nothing."""
    return new_model(100, num_kv_heads)


def kv_projections(model: Llm) -> list[torch.nn.Linear]:
    """The layers that make keys and values."""
    return [proj for layer in model.layers for proj in (layer.self_attention.k_proj, layer.self_attention.v_proj)]


@cache
def trained(seed: int, steps: int) -> tuple[Llm, float]:
    """The model with 8 key-value heads, and its loss."""
    model = fit(new_model(seed, 8), steps, seed)
    return model, loss_of(model)


def trained_on(model: Llm, steps: int, seed: int) -> list[float]:
    """The loss of a model as it is, and after each share of training."""
    further = (max(1, round(steps * share / 100)) for share in SHARES)
    return [loss_of(model), *(loss_of(fit(deepcopy(model), count, 100 + seed)) for count in further)]


@cache
def unconverted(seed: int, steps: int) -> list[float]:
    """The losses of the model that keeps its 8 key-value heads."""
    return trained_on(trained(seed, steps)[0], steps, seed)


def measure(
    seed: int = 0, num_kv_heads: int = 2, convert: Callable[[Llm, int], Llm] = mean, steps: int = STEPS
) -> Numbers:
    """The losses after the conversion and after each share of training, and the percents of the gap that are closed.

    `recovered` measures the gap to the model before the conversion; `of_unconverted` measures it to the same model
    after the same further steps.
    """
    model, target = trained(seed, steps)
    control = unconverted(seed, steps)
    losses = trained_on(convert(model, num_kv_heads), steps, seed)
    recovered, of_unconverted = (
        [100 * (losses[0] - loss) / (losses[0] - goal) for loss, goal in zip(losses, goals, strict=True)]
        for goals in ([target] * len(losses), control)
    )
    numbers = {"loss": losses, "unconverted": control, "recovered": recovered, "of_unconverted": of_unconverted}
    return {"target": target, **numbers}


STUDY = Study(
    measure=measure,
    arms={
        "K = 4": {"num_kv_heads": 4},
        "K = 2": {},
        "K = 1": {"num_kv_heads": 1},
        "K = 2, first": {"convert": first},
        "K = 2, random": {"convert": random},
        "K = 2, anew": {"convert": anew},
    },
    loaders=(load_stories,),
    toy={"steps": 2},
)
