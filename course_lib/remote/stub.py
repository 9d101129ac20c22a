"""What stands for a function, or another thing, of the other side."""

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from course_lib.remote.peer import Peer


class Stub:
    """Called, it asks the other side; so it does for public attributes and copies, where it trusts that side."""

    def __init__(self, peer: "Peer", name: str, told: dict[str, str]):
        self._peer, self._name = peer, name
        vars(self).update({key: str(told[key]) for key in ("__name__", "__module__") if key in told})

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The result of the other side; gradients find their way back through it, if it is one tensor."""
        if torch.is_grad_enabled() and not named and any(map(self.has_slope, arguments)):
            return Through.apply(self, *arguments)
        return self._peer.ask("call", self._name, arguments, named)

    @staticmethod
    def has_slope(value: Any) -> bool:
        """Whether somebody may want to know the gradient at this value."""
        return isinstance(value, torch.Tensor) and value.requires_grad

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not self._peer.trusts:
            raise AttributeError(name)
        return self._peer.ask("get", self._name, (name,), {})

    def __copy__(self) -> Any:
        return self._peer.ask("copy", self._name, (), {})

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self.__copy__() if self._peer.trusts else self


class Through(torch.autograd.Function):
    """A call of the other side as a step of a computation that is differentiated."""

    @staticmethod
    def forward(context: Any, stub: Stub, *arguments: Any) -> Any:
        """Ask for the result."""
        context.stub, context.arguments = stub, arguments
        with torch.no_grad():
            return stub._peer.ask("call", stub._name, tuple(map(without_slope, arguments)), {})

    @staticmethod
    def backward(context: Any, slope: torch.Tensor) -> Any:
        """Ask for the gradients at the arguments."""
        stub = context.stub
        return None, *stub._peer.ask("slopes", stub._name, (*context.arguments, slope), {})


def without_slope(value: Any) -> Any:
    """A tensor without its history; anything else as it is."""
    return value.detach() if isinstance(value, torch.Tensor) else value
