"""LoRA, which fine-tunes a model by training only a few additional parameters (Hu et al. 2022, section 4.1)."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Numbers

# The names of all linear layers in a decoder layer, to adapt every one of them.
LINEAR_LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class LoraLinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update, x A B · alpha / rank, added to its output.

    B starts at zero, so the layer's output is unchanged before training.

    Args:
        linear: the layer to adapt. Its weights are frozen.
        rank: the rank of the update, which is the number of columns of A and of rows of B.
        alpha: scale of the update. Because the update is divided by `rank`, you can change the rank and keep the
            learning rate. Default: `rank`.

    Raises:
        CourseError: `rank` is not between 1 and the smaller side of the layer, or the layer is not an `nn.Linear`.
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
        """Add the update to the weights, and return the linear layer, which then gives the same output without LoRA."""
        with torch.no_grad():
            self.linear.weight += (self.down @ self.up).T * self.scale
        return self.linear.requires_grad_(True)


def check_rank(rank: int, linear: nn.Linear) -> None:
    """Check that LoRA can adapt a layer with this rank.

    Raises:
        CourseError: the layer is not an `nn.Linear`, or `rank` is not between 1 and the smaller side of the layer.
    """
    if not isinstance(linear, nn.Linear):
        raise CourseError(f"LoRA can only adapt nn.Linear, got {type(linear).__name__}; load the model without packing")
    if not 1 <= rank <= min(linear.weight.shape):
        raise CourseError(
            f"rank must be 1 to {min(linear.weight.shape)}, the smaller side of the layer's weight matrix, got {rank}"
        )


def add_lora(
    model: nn.Module, rank: int, alpha: float | None = None, names: Sequence[str] = ("q_proj", "v_proj")
) -> nn.Module:
    """Freeze a model and add LoRA to its linear layers in place, so that only A and B are trained.

    Args:
        model: the model to adapt.
        rank, alpha: as in `LoraLinear`.
        names: the names of the linear layers to adapt.

    Returns:
        The adapted model.

    Raises:
        CourseError: the model has no linear layer with one of these names, or it already has LoRA layers.
    """
    if any(isinstance(module, LoraLinear) for module in model.modules()):
        raise CourseError("the model can't be adapted twice; call merge_lora first")
    model.requires_grad_(False)
    layers = [(parent, name, child) for parent, name, child in children(model) if name in names]
    if not layers:
        raise CourseError(f"names must include a linear layer of the model, got {', '.join(names)}; see LINEAR_LAYERS")
    for parent, name, linear in layers:
        setattr(parent, name, LoraLinear(linear, rank, alpha))
    return model


def merge_lora(model: nn.Module) -> nn.Module:
    """Merge all LoRA updates into the linear layers in place, and make all parameters of the model trainable again."""
    for parent, name, child in children(model):
        if isinstance(child, LoraLinear):
            setattr(parent, name, child.merged())
    return model.requires_grad_(True)


def children(model: nn.Module) -> list[tuple[nn.Module, str, nn.Module]]:
    """Return a list with a tuple (parent, name, child) for each submodule of a model."""
    return [(parent, name, child) for parent in model.modules() for name, child in parent.named_children()]
