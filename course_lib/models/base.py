"""The base class of all models, and helper functions that work with any model."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from torch import Tensor, nn


class Model(nn.Module):
    """The base class of all models, which stores the model's config."""

    suppressed = ()  # ids of tokens that the model can read but must never generate
    threads = staticmethod(nullcontext)  # returns a context manager to generate in, which may change the threads

    def __init__(self, config: Any):
        super().__init__()
        self.config = config

    def num_parameters(self) -> int:
        """Return the number of parameters, counting tied weights only once."""
        return sum(parameter.numel() for parameter in self.parameters())


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch a model to eval mode for the duration of a `with` block, and restore its previous mode afterwards.

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
    """Return a module's parameters and persistent buffers by name, with tied tensors only under their first name."""
    first = {}
    for name, tensor in module.state_dict(keep_vars=True).items():
        first.setdefault(id(tensor), (name, tensor))
    return dict(first.values())
