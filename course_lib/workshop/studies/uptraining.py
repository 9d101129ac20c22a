"""How much of what a conversion to few key-value heads breaks comes back with a little training?

A model with 8 key-value heads is converted to fewer, in one of several ways, and trained on for 2.5, 5 and 10 % of its
steps, each time with a plan of its own (Ainslie et al. 2023, sections 2.1 and 3.3). Its stories come in another order.
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


def measure(
    seed: int = 0, num_kv_heads: int = 2, convert: Callable[[Llm, int], Llm] = mean, steps: int = STEPS
) -> Numbers:
    """The loss after the conversion and after each share of training, and the percents of the gap that are closed."""
    model, target = trained(seed, steps)
    losses = [loss_of(convert(model, num_kv_heads))]
    for share in SHARES:
        uptrained = fit(convert(model, num_kv_heads), max(1, round(steps * share / 100)), 100 + seed)
        losses.append(loss_of(uptrained))
    recovered = [100 * (losses[0] - loss) / (losses[0] - target) for loss in losses]
    return {"target": target, "loss": losses, "recovered": recovered}


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
