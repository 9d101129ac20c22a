"""The base class of all models, and helpers that work with any model."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from torch import Tensor, nn


class Model(nn.Module):
    """A network that stores the config it was made from."""

    suppressed = ()  # ids of tokens that the model reads but never generates
    threads = staticmethod(nullcontext)  # returns a context manager in which the model generates fastest

    def __init__(self, config: Any):
        super().__init__()
        self.config = config

    def num_parameters(self) -> int:
        """Return the number of parameters. Tied weights count once."""
        return sum(parameter.numel() for parameter in self.parameters())


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch `model` to eval mode inside a with block, then restore its mode.

    Yields:
        The model's device.
    """
    was_training = model.training
    model.eval()
    try:
        yield next(model.parameters()).device
    finally:
        model.train(was_training)


def unique_tensors(module: nn.Module) -> dict[str, Tensor]:
    """Return parameters and persistent buffers by name. Tied tensors are included once, under their first name."""
    first = {}
    for name, tensor in module.state_dict(keep_vars=True).items():
        first.setdefault(id(tensor), (name, tensor))
    return dict(first.values())
