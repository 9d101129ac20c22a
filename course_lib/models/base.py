"""What all models of the course have in common."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from torch import Tensor, nn


class Model(nn.Module):
    """A network that knows the config it was made from.

    `suppressed` are the token ids that it reads, but never writes; `threads` makes a context in which it writes
    fastest.
    """

    suppressed = ()
    threads = staticmethod(nullcontext)

    def __init__(self, config: Any):
        super().__init__()
        self.config = config

    def num_parameters(self) -> int:
        """How many numbers are learned; tied weights count once."""
        return sum(parameter.numel() for parameter in self.parameters())


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Within it, `model` is in eval mode, and what it yields is its device; then, in any case, all is as before."""
    was_training = model.training
    model.eval()
    try:
        yield next(model.parameters()).device
    finally:
        model.train(was_training)


def unique_tensors(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and persistent buffers of any module by name; of tensors that are tied, only the first name."""
    first = {}
    for name, tensor in module.state_dict(keep_vars=True).items():
        first.setdefault(id(tensor), (name, tensor))
    return dict(first.values())
