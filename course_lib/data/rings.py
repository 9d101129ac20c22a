"""A puzzle for encoder layers: animals chase each other in a ring, and each is asked who is some steps ahead."""

import torch

from course_lib.shapes import IdsBT

ANIMALS = 20


def draw_rings(batch: int, size: int, ahead: int) -> list[IdsBT]:
    """Draw random rings: for each of `size` animals who it is, whom it chases, and who is `ahead` steps ahead of it.

    The animals of a ring come in random order.
    """
    ring = torch.rand(batch, ANIMALS).argsort(dim=1)[:, :size]
    order = torch.rand(batch, size).argsort(dim=1)
    return [ring.roll(-steps, dims=1).gather(1, order) for steps in (0, 1, ahead)]
