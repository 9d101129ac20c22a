"""How does one layer find the animal on the other side of a ring of six: by the sizes of its weights?

Three animals share no name with the one that asks. A trained layer answers with its own weights on them, with weights
that are made equal, with weights that are exchanged at random, and with the weights on the animals three and four
ahead exchanged; the sum of the three stays, and all else.
"""

from collections.abc import Callable

import torch

from course_lib.data.rings import ANIMALS
from course_lib.models.ring_encoder import RingEncoder
from course_lib.nn import attention_weights
from course_lib.shapes import BHTE, BHTS, BKSE, Mask
from course_lib.workshop.studies.harness import adam, descend
from course_lib.workshop.studies.ring import loss_on, percent_right
from course_lib.workshop.studies.study import Numbers, Study

SIZE, AHEAD = 6, 3
FAR = (torch.arange(SIZE)[:, None] + torch.tensor([2, 3, 4])) % SIZE  # for each animal, where they stand


def rings_in_order(batch: int) -> list[torch.Tensor]:
    """As `draw_rings`, but each token stands behind the one that it chases."""
    ring = torch.rand(batch, ANIMALS).argsort(dim=1)[:, :SIZE]
    return [ring, ring.roll(-1, dims=1), ring.roll(-AHEAD, dims=1)]


class ChangedWeights:
    """Takes the place of the attention kernel: `change` is made of the weights on the far animals."""

    def __init__(self, change: Callable[[BHTS], BHTS]):
        self.change = change

    def __call__(self, q: BHTE, k: BKSE, v: BKSE, mask: Mask | None = None) -> BHTE:
        """What the queries gather with the changed weights."""
        weights = attention_weights(q, k, mask)
        far = FAR.expand(*weights.shape[:2], *FAR.shape)
        return weights.scatter(-1, far, self.change(weights.gather(-1, far))) @ v


CHANGES = {
    "own": lambda weights: weights,
    "equal": lambda weights: weights.mean(dim=-1, keepdim=True).expand_as(weights),
    "exchanged": lambda weights: weights.gather(-1, torch.rand_like(weights).argsort(dim=-1)),
    "three and four exchanged": lambda weights: weights[..., [0, 2, 1]],
}


def measure(seed: int = 0, updates: int = 2000, rate: float = 0.01, batch: int = 64) -> Numbers:
    """Percents of right answers with each change of the weights, and of answers four ahead with the last one."""
    model, right = RingEncoder(num_layers=1), {}
    descend(adam(model, rate), lambda: loss_on(model, *rings_in_order(batch)), updates)
    rings = rings_in_order(1000)
    for name, change in CHANGES.items():
        model.layers[0].self_attention.attend = ChangedWeights(change)
        right[name] = percent_right(model, *rings)
    runner, chased, _ = rings
    right[f"four ahead, {name}"] = percent_right(model, runner, chased, runner.roll(-4, dims=1))
    return right


STUDY = Study(measure=measure, arms={"one layer": {}}, toy={"updates": 1, "batch": 3})
