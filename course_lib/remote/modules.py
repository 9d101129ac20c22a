"""A module of torch as a tree: its class, what is plain in it, its tensors and its children."""

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.nn import functional

Tree = Any
BARE = vars(nn.Module()).keys()
PLAIN = bool, int, float, str, tuple, type(None)


def module_as_tree(module: nn.Module, encode: Callable[[Any], Tree]) -> Tree:
    """The tree of a module. Of a class that is not one of `torch.nn`, only the parts are told."""
    own = {key: value for key, value in vars(module).items() if key not in BARE}
    kind = type(module).__name__
    return {
        "class": kind if getattr(nn, kind, None) is type(module) else "Module",
        "training": module.training,
        "plain": {key: encode(value) for key, value in own.items() if isinstance(value, PLAIN)},
        "functions": {key: value.__name__ for key, value in own.items() if is_of_torch(value)},
        "parameters": {key: encode(value) for key, value in module._parameters.items()},
        "buffers": {key: encode(value) for key, value in module._buffers.items()},
        "children": {key: encode(value) for key, value in module._modules.items()},
    }


def tree_as_module(tree: Tree, decode: Callable[[Tree], Any], trusts: bool) -> nn.Module:
    """The module of a tree; without trust it has the parts of one, and computes nothing."""
    kind = getattr(nn, tree["class"]) if trusts else nn.Module
    module = kind.__new__(kind)
    nn.Module.__init__(module)
    if trusts:
        vars(module).update({key: decode(value) for key, value in tree["plain"].items()})
        vars(module).update({key: getattr(functional, name) for key, name in tree["functions"].items()})
    for key, value in tree["parameters"].items():
        module.register_parameter(key, decode(value))
    for key, value in tree["buffers"].items():
        module.register_buffer(key, decode(value))
    for key, value in tree["children"].items():
        module.add_module(key, decode(value))
    return module.train(tree["training"])


def is_of_torch(value: Any) -> bool:
    """Whether a value is a function that `torch.nn.functional` has under its name."""
    return callable(value) and getattr(functional, getattr(value, "__name__", ""), None) is value
