"""Values as trees of JSON beside a list of tensors, and back; and what both sides know by one name.

Plain data are copied. What stays where it is, such as a function, is known by a name. So are the lists, dicts, tensors
and modules that are shared, as arguments are: each message tells how they have changed since the last one, and both
sides see what the other writes into them.
"""

from collections.abc import Callable, Iterator, MappingView
from numbers import Number
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.remote.modules import module_as_tree, tree_as_module
from course_lib.remote.states import same_state, state_of

Tree = Any  # what JSON can hold
GROUPS = {kind.__name__: kind for kind in (tuple, set, frozenset)}


class Codec:
    """What one side of a connection knows.

    Args:
        side: a letter that the names of its own things begin with; the other side has another one.
        trusts: whether the other side may name classes and functions of torch; it is told the names of functions.
        stub: name, and what is told of a thing -> what stands for it here.
    """

    def __init__(self, side: str, trusts: bool, stub: Callable[[str, Tree], Any]):
        self.side, self.trusts, self.stub, self.count = side, trusts, stub, 0
        self.shares = (
            list,
            dict,
            nn.Parameter if trusts else Tensor,
        )  # a decoder is tried on many tensors: those are data
        self.forget({})

    def know(self, thing: Any, name: str | None = None) -> str:
        """Keep a thing under its name, or under a new one; returns the name."""
        if name is None:
            self.count += 1
            name = f"{self.side}{self.count}"
        self.things[name] = thing
        self.names[id(thing)] = name
        return name

    def forget(self, kept: dict[str, Any]) -> None:
        """Forget all but the things that are `kept`."""
        self.things: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.states: dict[str, Any] = {}
        for name, thing in kept.items():
            self.know(thing, name)

    def encode(self, value: Any, tensors: list[Tensor], share: bool = False) -> Tree:
        """The tree of a value, whose tensors are put into the list. Raises CourseError if it has no end."""
        try:
            return self.tree_of(value, tensors, share)
        except RecursionError:
            raise CourseError("a value holds itself, or is too deep") from None

    def tree_of(self, value: Any, tensors: list[Tensor], share: bool) -> Tree:
        """The tree of a value or of a part of it."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if id(value) in self.names:
            return {"known": self.names[id(value)]}
        if isinstance(value, nn.Module):
            parts = module_as_tree(value, lambda part: self.tree_of(part, tensors, True))
            return {"module": parts, "name": self.know(value)}
        if share and isinstance(value, self.shares):
            name = self.know(value)
            self.states[name] = state_of(value)
            return {**self.content(value, tensors, True), "name": name}
        if isinstance(value, Tensor | list | dict | Iterator | MappingView):
            return self.content(value, tensors, share)
        for name, kind in GROUPS.items():
            if isinstance(value, kind):
                return {name: [self.tree_of(part, tensors, share) for part in value]}
        return self.plain_or_thing(value, tensors)

    def content(self, value: Any, tensors: list[Tensor], share: bool) -> Tree:
        """What is in a tensor, a list or a dict now."""
        if isinstance(value, Tensor):
            order = sorted(range(value.dim()), key=lambda axis: -value.stride(axis))  # how it lies in memory
            tensors.append(value.detach().cpu().permute(order).clone(memory_format=torch.contiguous_format))
            kind = {"parameter": True} if isinstance(value, nn.Parameter) else {}
            return {"tensor": len(tensors) - 1, "order": order, "grad": value.requires_grad and value.is_leaf, **kind}
        if isinstance(value, dict):
            return {"dict": [[self.tree_of(part, tensors, share) for part in pair] for pair in value.items()]}
        return {"list": [self.tree_of(part, tensors, share) for part in value]}

    def plain_or_thing(self, value: Any, tensors: list[Tensor]) -> Tree:
        """Rarer kinds of plain data; all else gets a name."""
        if isinstance(value, np.generic):
            return self.tree_of(value.item(), tensors, False)
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in "biufc":
                return self.tree_of(value.tolist(), tensors, False)
            tensors.append(torch.from_numpy(np.array(value, order="C")))
            return {"array": len(tensors) - 1}
        if isinstance(value, range):
            return {"range": [value.start, value.stop, value.step]}
        if value is ...:
            return {"ellipsis": True}
        if isinstance(value, complex):
            return {"complex": [value.real, value.imag]}
        if isinstance(value, str | Number):
            return str(value) if isinstance(value, str) else float(value)
        told = {key: getattr(value, key, "") for key in ("__name__", "__module__")} if self.trusts else {}
        told = {key: text for key, text in told.items() if isinstance(text, str) and text}
        return {"thing": self.know(value), "told": told}

    def decode(self, tree: Tree, tensors: list[Tensor]) -> Any:
        """The value of a tree. Raises KeyError, TypeError or ValueError for what is none."""
        if not isinstance(tree, dict):
            return tree
        if "known" in tree:
            return self.things[tree["known"]]
        if "thing" in tree:
            return self.kept(self.stub(tree["thing"], tree["told"]), tree["thing"])
        if "module" in tree:
            module = tree_as_module(tree["module"], lambda part: self.decode(part, tensors), self.trusts)
            return self.kept(module, tree["name"])
        if "tensor" in tree:
            value = in_order(tensors[tree["tensor"]], tree["order"])
            value = nn.Parameter(value, False) if "parameter" in tree else value
            value = value.requires_grad_(tree["grad"]) if value.is_floating_point() else value
        elif "list" in tree:
            value = [self.decode(part, tensors) for part in tree["list"]]
        elif "dict" in tree:
            value = {self.decode(key, tensors): self.decode(part, tensors) for key, part in tree["dict"]}
        else:
            return self.decode_rarer(tree, tensors)
        if "name" in tree:
            self.kept(value, tree["name"])
            self.states[tree["name"]] = state_of(value)
        return value

    def decode_rarer(self, tree: Tree, tensors: list[Tensor]) -> Any:
        """The value of a tree that holds one of the rarer kinds of data."""
        ((name, content),) = tree.items()
        if name in GROUPS:
            return GROUPS[name](self.decode(part, tensors) for part in content)
        if name == "array":
            return tensors[content].numpy()
        if name == "range":
            return range(*content)
        if name == "complex":
            return complex(*content)
        return {"ellipsis": ...}[name]

    def kept(self, value: Any, name: str) -> Any:
        """A value, after it was given the name by which the other side knows it."""
        self.know(value, name)
        return value

    def changes(self, tensors: list[Tensor]) -> Tree:
        """What of the shared things is different from what both sides knew last."""
        found = {}
        for name, old in list(self.states.items()):
            value = self.things[name]
            if not same_state(old, value):
                found[name] = self.content(value, tensors, True)
                self.states[name] = state_of(value)
        return found

    def apply(self, changes: Tree, tensors: list[Tensor]) -> None:
        """Write what the other side has changed into the same things here."""
        for name, tree in changes.items():
            value, new = self.things[name], self.decode(tree, tensors)
            if isinstance(value, Tensor):
                value.detach().copy_(new)
                if value.is_leaf and value.is_floating_point():
                    value.requires_grad_(tree["grad"])
            elif isinstance(value, dict):
                value.clear()
                value.update(new)
            else:
                value[:] = new
            self.states[name] = state_of(value)


def in_order(tensor: Tensor, order: list[int]) -> Tensor:
    """A tensor whose axes were stored in another order; it lies in memory as it was stored."""
    return tensor.permute([order.index(axis) for axis in range(tensor.dim())])
