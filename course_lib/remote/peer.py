"""One side of a connection between two processes: it asks, and while it waits, it answers what the other side asks."""

import copy
from collections.abc import Callable
from typing import Any, BinaryIO

import torch

from course_lib.remote.codec import Codec
from course_lib.remote.frames import read_message, write_message
from course_lib.remote.stub import Stub
from course_lib.remote.words import Gone, Raised, described


class Peer:
    """One of the two ends.

    Args:
        reads: the pipe on which the other side writes.
        writes: the pipe on which it reads.
        side: a letter for the names that this side gives; the other side has another one.
        trusts: whether the other side may ask for attributes, and name classes of torch.
        offers: functions that the other side may call from the beginning, by name.
        opens: whether the other side may read a public attribute of this thing.
    """

    def __init__(
        self,
        reads: BinaryIO,
        writes: BinaryIO,
        side: str,
        trusts: bool,
        offers: dict[str, Callable[..., Any]],
        opens: Callable[[Any], bool] = lambda thing: False,
    ):
        self.reads, self.writes, self.offers, self.opens = reads, writes, offers, opens
        self.trusts = trusts
        self.codec = Codec(side, trusts, lambda name, told: Stub(self, name, told))
        self.forget()

    def forget(self) -> None:
        """Forget all things that were handed over, but for those that are on offer."""
        self.codec.forget(self.offers)

    def call(self, name: str, *arguments: Any, **named: Any) -> Any:
        """The result of the function that the other side knows by this name.

        Raises:
            Raised: it raised something.
            Gone: the other side has ended.
        """
        return self.ask("call", name, arguments, named)

    def ask(self, what: str, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Ask for a call, or another of the services of `perform`; answers meanwhile what the other side asks."""
        tensors: list[torch.Tensor] = []
        values = [self.codec.encode(value, tensors, share=True) for value in arguments]
        keywords = {key: self.codec.encode(value, tensors, share=True) for key, value in named.items()}
        self.send({"ask": what, "name": name, "values": values, "keywords": keywords}, tensors)
        while True:
            message, tensors = self.receive()
            if "value" in message:
                return self.understood(message["value"], tensors)
            if "error" in message:
                raise Raised(*message["error"])
            self.serve(message, tensors)

    def serve_forever(self) -> None:
        """Answer until the other side has gone."""
        try:
            while True:
                self.serve(*self.receive())
        except Gone:
            return

    def serve(self, message: dict[str, Any], tensors: list[torch.Tensor]) -> None:
        """Answer one question, with a value or with what went wrong."""
        found: list[torch.Tensor] = []
        try:
            values = [self.codec.decode(value, tensors) for value in message["values"]]
            keywords = {key: self.codec.decode(value, tensors) for key, value in message["keywords"].items()}
            result = self.perform(message["ask"], message["name"], values, keywords)
            self.send({"value": self.codec.encode(result, found)}, found)
        except Gone:
            raise
        except BaseException as error:  # a submission may raise anything
            self.send({"error": described(error)}, [])

    def perform(self, what: str, name: str, values: list[Any], keywords: dict[str, Any]) -> Any:
        """Do what the other side asks of the thing with this name."""
        thing = self.codec.things[name]
        if what == "call":
            return thing(*values, **keywords)
        if what == "slopes":  # of a function of tensors, times those of what is made of its result
            *arguments, slope = values
            return slopes(thing, arguments, slope)
        if what == "copy":
            return copy.deepcopy(thing) if self.opens(thing) else thing
        if what == "get" and self.opens(thing) and values[0][0] != "_":
            return getattr(thing, values[0])
        raise AttributeError(f"{what} {' '.join(map(str, values))}")

    def send(self, message: dict[str, Any], tensors: list[torch.Tensor]) -> None:
        """Send a message, with all that has changed since the last one."""
        try:
            write_message(self.writes, message | {"changes": self.codec.changes(tensors)}, tensors)
        except OSError:
            raise Gone from None
        except ValueError:  # of a pipe that was closed here, since the other side was ended
            if self.writes.closed:
                raise Gone from None
            raise

    def receive(self) -> tuple[dict[str, Any], list[torch.Tensor]]:
        """The next message, whose changes are made."""
        try:
            message, tensors = read_message(self.reads)
            self.codec.apply(message["changes"], tensors)
        except Exception:
            raise Gone from None
        return message, tensors

    def understood(self, tree: Any, tensors: list[torch.Tensor]) -> Any:
        """The value of an answer."""
        try:
            return self.codec.decode(tree, tensors)
        except Exception:
            raise Gone from None


def slopes(function: Callable[..., Any], arguments: list[Any], slope: torch.Tensor) -> list[torch.Tensor | None]:
    """What each argument adds to a sum of which `slope` is the gradient at the function's result."""
    with torch.enable_grad():
        leaves = [a.detach().requires_grad_() if Stub.has_slope(a) else a for a in arguments]
        wanted = [leaf for leaf in leaves if Stub.has_slope(leaf)]
        result = function(*leaves)
        found = torch.autograd.grad(result, wanted, slope, allow_unused=True) if result.requires_grad else ()
    remaining = iter(found)
    return [next(remaining, None) if Stub.has_slope(leaf) else None for leaf in leaves]
