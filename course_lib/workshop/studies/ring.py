"""Can one layer find the animal on the other side of a ring, if it is trained for long enough?

Each of `size` animals is a token: its name, and the name of the one that it chases. Who is `ahead` steps ahead? A layer
can look up whom its prey chases, or who chases it; the animals in between share no name with it.
"""

import torch
import torch.nn.functional as F

from course_lib.data.rings import draw_rings
from course_lib.models.ring_encoder import RingEncoder
from course_lib.workshop.studies.harness import adam, descend, percent
from course_lib.workshop.studies.study import Numbers, Study

UPDATES = 300, 1000, 2000, 3000, 5000  # after which it is asked


def loss_on(model: RingEncoder, runner: torch.Tensor, chased: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """The mean loss of the answers."""
    return F.cross_entropy(model(runner, chased).flatten(0, 1), answers.flatten())


@torch.no_grad()
def percent_right(model: RingEncoder, runner: torch.Tensor, chased: torch.Tensor, answers: torch.Tensor) -> float:
    """How many of the answers are right."""
    return percent(model(runner, chased).argmax(dim=-1) == answers)


def measure(
    seed: int = 0,
    num_layers: int = 1,
    size: int = 6,
    ahead: int = 3,
    updates: tuple[int, ...] = UPDATES,
    rate: float = 0.003,
    batch: int = 64,
) -> Numbers:
    """Percents of right answers on new rings, after each number of updates."""
    model, right, done = RingEncoder(num_layers), [], 0
    optimizer = adam(model, rate)
    for update in updates:
        descend(optimizer, lambda: loss_on(model, *draw_rings(batch, size, ahead)), update - done)
        right.append(percent_right(model, *draw_rings(1000, size, ahead)))
        done = update
    return {"right": right}


STUDY = Study(
    measure=measure,
    arms={
        "one layer": {},
        "two layers": {"num_layers": 2},
        "one layer, ring of eight": {"size": 8, "ahead": 4},
        "two layers, ring of eight": {"size": 8, "ahead": 4, "num_layers": 2},
    },
    toy={"updates": (1, 2), "batch": 3},
)
