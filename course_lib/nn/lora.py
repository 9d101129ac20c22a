"""Fine-tuning with few parameters: a low-rank addition to frozen linear layers (Hu et al. 2022, section 4.1)."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Numbers

# The names of all linear layers inside a decoder layer.
LINEAR_LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class LoraLinear(nn.Module):
    """A frozen linear layer plus x A B · alpha / rank; B starts at zero, so nothing changes before training.

    Args:
        linear: the layer to be adapted, kept as it is; D_in -> D_out.
        rank: r; A is D_in r, B is r D_out.
        alpha: scales the addition, so that `rank` may be changed without a new learning rate.

    Raises:
        CourseError: `rank` is not between 1 and the smaller side of the layer.
    """

    def __init__(self, linear: nn.Linear, rank: int, alpha: float | None = None):
        super().__init__()
        check_rank(rank, linear)
        device = linear.weight.device
        self.linear = linear.requires_grad_(False)
        self.scale = (rank if alpha is None else alpha) / rank
        down = torch.randn(linear.in_features, rank) / math.sqrt(linear.in_features)
        self.down = nn.Parameter(down.to(device))
        self.up = nn.Parameter(torch.zeros(rank, linear.out_features, device=device))

    def forward(self, x: Numbers) -> torch.Tensor:
        return self.linear(x) + (x @ self.down) @ self.up * self.scale

    def merged(self) -> nn.Linear:
        """One plain linear layer that does the same."""
        with torch.no_grad():
            self.linear.weight += (self.down @ self.up).T * self.scale
        return self.linear.requires_grad_(True)


def check_rank(rank: int, linear: nn.Linear) -> None:
    """Raises CourseError where a rank is not between 1 and the smaller side of the layer, or its weights are packed."""
    if not isinstance(linear, nn.Linear):
        raise CourseError(f"only nn.Linear can be adapted, got a {type(linear).__name__}: read the model unpacked")
    if not 1 <= rank <= min(linear.weight.shape):
        raise CourseError(f"a layer of shape {tuple(linear.weight.shape)} can't be adapted with rank {rank}")


def add_lora(
    model: nn.Module, rank: int, alpha: float | None = None, names: Sequence[str] = ("q_proj", "v_proj")
) -> nn.Module:
    """Freeze `model` and adapt all its linear layers called one of `names`, in place; only A and B learn then.

    Raises:
        CourseError: the model has no linear layer of that name, or is adapted already.
    """
    if any(isinstance(module, LoraLinear) for module in model.modules()):
        raise CourseError("the model is adapted already; merge_lora makes it plain again")
    model.requires_grad_(False)
    layers = [(parent, name, child) for parent, name, child in children(model) if name in names]
    if not layers:
        raise CourseError(f"the model has no linear layers called {' or '.join(names)}")
    for parent, name, linear in layers:
        setattr(parent, name, LoraLinear(linear, rank, alpha))
    return model


def merge_lora(model: nn.Module) -> nn.Module:
    """Work all additions into the layers that they adapt, in place; the model has its old shape again, all learns."""
    for parent, name, child in children(model):
        if isinstance(child, LoraLinear):
            setattr(parent, name, child.merged())
    return model.requires_grad_(True)


def children(model: nn.Module) -> list[tuple[nn.Module, str, nn.Module]]:
    """All (parent, name, child) of the module tree."""
    return [(parent, name, child) for parent in model.modules() for name, child in parent.named_children()]
