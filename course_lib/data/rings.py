"""A puzzle for encoder layers: animals chase each other in a ring. The task is to find the animal some steps ahead."""

import torch

from course_lib.shapes import IdsBT

ANIMALS = 20


def draw_rings(batch: int, size: int, ahead: int) -> list[IdsBT]:
    """Sample random rings of `size` animals, in random order.

    Returns:
        Three tensors: each animal, the animal that it chases, and the animal `ahead` steps ahead of it.
    """
    ring = torch.rand(batch, ANIMALS).argsort(dim=1)[:, :size]
    order = torch.rand(batch, size).argsort(dim=1)
    return [ring.roll(-steps, dims=1).gather(1, order) for steps in (0, 1, ahead)]
