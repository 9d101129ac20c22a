"""What the benchmarks of vision models share: their shapes, and steps of training on one batch of random pictures."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from course_lib.shapes import BCYX
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race, speed_for

Loss = Callable[[nn.Module], torch.Tensor]

SMALL = {"d_model": 128, "d_ff": 512, "num_heads": 4, "num_layers": 4}
SHAPES = {
    "64 pixels, patches of 16": {"image_size": 64, "patch_size": 16, **SMALL},
    "64 pixels, patches of 8": {"image_size": 64, "patch_size": 8, **SMALL},
    "ViT-S/16": {"image_size": 224, "patch_size": 16, "d_model": 384, "d_ff": 1536, "num_heads": 6, "num_layers": 12},
}
PIXELS = 2**18  # of a batch: 64 pictures of 64 x 64, or 5 of 224 x 224


def random_pictures(image_size: int) -> BCYX:
    """A batch of pictures of noise."""
    return torch.randn(PIXELS // image_size**2, 3, image_size, image_size)


def contest(name: str, contestants: dict[str, tuple[nn.Module, Loss]], pictures: int, options: Options) -> Table:
    """The rows of one shape: models and their losses of a batch with so many pictures take turns."""
    runs = {
        f"{name}, {who}": partial(speed_for, options.seconds, new_step(*contestant, pictures))
        for who, contestant in contestants.items()
    }
    return race(options.rounds, "pictures_per_second", runs)


def new_step(model: nn.Module, loss: Loss, pictures: int) -> Callable[[], int]:
    """A function that makes one step of training: forward, loss, backward, and AdamW; it returns `pictures`."""
    optimizer = torch.optim.AdamW(model.train().parameters(), fused=True)

    def step():
        loss(model).backward()
        optimizer.step()
        optimizer.zero_grad()
        return pictures

    return step
