"""A puzzle for encoder layers: in a ring of animals that chase each other, find the animal some steps ahead."""

import torch

from course_lib.shapes import IdsBT

ANIMALS = 20


def draw_rings(batch: int, size: int, ahead: int) -> list[IdsBT]:
    """Sample a batch of rings of `size` animals. The animals of a ring are listed in random order.

    Returns:
        Three tensors of animal ids: the animals of each ring, the animal that each one chases, and the animal
        that is `ahead` steps ahead of each one.
    """
    ring = torch.rand(batch, ANIMALS).argsort(dim=1)[:, :size]
    order = torch.rand(batch, size).argsort(dim=1)
    return [ring.roll(-steps, dims=1).gather(1, order) for steps in (0, 1, ahead)]
