"""Can one layer find the animal on the other side of a ring, if it is trained for long enough?

Each of `size` animals is a token: its name, and the name of the one that it chases. Who is `ahead` steps ahead? A layer
can look up whom its prey chases, or who chases it; the animals in between share no name with it.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.nn import EncoderLayer
from course_lib.studies.study import Numbers, Study

ANIMALS = 20
UPDATES = 300, 1000, 2000, 3000, 5000  # after which it is asked


class Stack(nn.Module):
    """Encoder layers over a set of animals; for each of them, one logit per animal."""

    def __init__(self, num_layers: int, d_model: int = 32, new_layer: Callable[..., nn.Module] = EncoderLayer):
        super().__init__()
        self.runner, self.chased = nn.Embedding(ANIMALS, d_model), nn.Embedding(ANIMALS, d_model)
        self.layers = nn.Sequential(*(new_layer(d_model, 1, 2 * d_model) for _ in range(num_layers)))
        self.answer = nn.Linear(d_model, ANIMALS)

    def forward(self, runner: torch.Tensor, chased: torch.Tensor) -> torch.Tensor:
        """Logits of whom each animal is asked for."""
        return self.answer(self.layers(self.runner(runner) + self.chased(chased)))


def draw_rings(batch: int, size: int, ahead: int) -> list[torch.Tensor]:
    """For each animal in a ring: who it is, whom it chases, and who is `ahead` steps ahead of it."""
    ring = torch.rand(batch, ANIMALS).argsort(dim=1)[:, :size]
    order = torch.rand(batch, size).argsort(dim=1)
    return [ring.roll(-steps, dims=1).gather(1, order) for steps in (0, 1, ahead)]


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
    model, right = Stack(num_layers), []
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    for update in range(1, updates[-1] + 1):
        *names, answers = draw_rings(batch, size, ahead)
        loss = F.cross_entropy(model(*names).flatten(0, 1), answers.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if update in updates:
            right.append(percent_right(model, *draw_rings(1000, size, ahead)))
    return {"right": right}


@torch.no_grad()
def percent_right(model: nn.Module, runner: torch.Tensor, chased: torch.Tensor, answers: torch.Tensor) -> float:
    """How many of the answers are right."""
    return 100 * (model(runner, chased).argmax(dim=-1) == answers).float().mean().item()


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
