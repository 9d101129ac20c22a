"""A graphics card without the card: tensors in the CPU's memory that are on a `torch.device` of their own.

To mix them with the CPU's is an error, as on CUDA and MPS: a forgotten `.to(device)` or `device=` shows on any machine.
"""

import functools
import os
from collections import defaultdict
from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import nn
from torch.utils import backend_registration
from torch.utils._pytree import tree_map

NAME = "pretend"
MOVES = ("aten._to_copy", "aten.copy_", "aten._local_scalar_dense")
# Operations that torch would otherwise make of others: of one that changes the size of a tensor, or past our fallback.
DIRECT = (
    "copy_",
    "arange",
    "arange.start",
    "arange.start_step",
    "eye",
    "eye.m",
    "linspace",
    "randperm",
    "randperm.generator",
)
UNAVAILABLE = (
    ""
    if hasattr(backend_registration, "_setup_privateuseone_for_python_backend")
    else f"torch {torch.__version__} lets Python define no device"
)


class PretendTensor(torch.Tensor):
    """A tensor on the pretend device; `on_cpu` is where its numbers are."""

    @staticmethod
    def __new__(cls, on_cpu):
        new = torch.Tensor._make_wrapper_subclass(
            cls,
            on_cpu.size(),
            strides=on_cpu.stride(),
            storage_offset=on_cpu.storage_offset(),
            dtype=on_cpu.dtype,
            device=torch.device(NAME, 0),
        )
        new.on_cpu = on_cpu
        return new

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return compute(operation, args, kwargs or {})

    def tolist(self):
        return self.on_cpu.tolist()

    def __format__(self, spec):
        return format(self.on_cpu, spec)

    def __repr__(self):
        return f"{self.on_cpu!r} on {self.device}"

    def numpy(self, **kwargs):
        raise TypeError(f"can't convert a tensor on {self.device} to numpy; use .cpu() first")


def compute(operation, args, kwargs):
    """Do an operation on the CPU, and put what comes out where it belongs."""
    moves, writes = nature(operation)
    pretend = check_devices(operation, moves, (*args, *kwargs.values()))
    device = kwargs.get("device")
    if pretend and operation is torch.ops.aten._fused_sdp_choice.default:
        return 0  # the kernel of plain products; the CPU's own would ask where its tensors are
    result = operation(*on_cpu(args), **{name: on_cpu(value) for name, value in kwargs.items()})
    if writes:  # in place: what comes out is what went in
        return (kwargs["out"] if "out" in kwargs else args[0]) if operation._schema.returns else None
    if not (pretend if device is None else torch.device(device).type == NAME):
        return result.clone() if pretend and device is not None else result  # a move, never the same memory
    if isinstance(result, torch.Tensor):
        return PretendTensor(result)
    return tree_map(lambda leaf: PretendTensor(leaf) if isinstance(leaf, torch.Tensor) else leaf, result)


def compute_all(operation, *args, **kwargs):
    """`compute` as torch calls it for operations without a tensor among their arguments."""
    return compute(operation, args, kwargs)


@functools.cache
def nature(operation):
    """Whether an operation moves between devices, and whether it writes into an argument."""
    written = [a for a in operation._schema.arguments if a.alias_info is not None and a.alias_info.is_write]
    return str(operation).startswith(MOVES), bool(written)


def check_devices(operation, moves, given):
    """Whether a tensor of ours is among what is `given`.

    Raises RuntimeError where a tensor or a generator of the CPU meets one of ours; a CPU's scalar may, and in a move.
    """
    leaves = [leaf for each in given for leaf in (each if isinstance(each, list | tuple) else (each,))]
    if not any(isinstance(leaf, PretendTensor) for leaf in leaves):
        return False
    for leaf in () if moves else leaves:
        is_cpus = isinstance(leaf, torch.Tensor) and not isinstance(leaf, PretendTensor) and leaf.dim() > 0
        if is_cpus or isinstance(leaf, torch.Generator):
            raise RuntimeError(f"Expected all tensors on the same device, but {operation} got one of {NAME} and cpu")
    return True


def on_cpu(given):
    """What stands for an argument, or for several of them, on the CPU."""
    if isinstance(given, PretendTensor):
        return given.on_cpu
    if isinstance(given, list | tuple):
        return [on_cpu(each) for each in given]
    return torch.device("cpu") if isinstance(given, torch.device) and given.type == NAME else given


class Module:
    """What `torch.pretend` has to offer; its random numbers are the CPU's."""

    is_initialized = is_available = staticmethod(lambda: True)
    _is_in_bad_fork = staticmethod(lambda: False)
    device_count = staticmethod(lambda: 1)
    current_device = staticmethod(lambda: 0)
    manual_seed_all = staticmethod(lambda seed: None)
    get_rng_state = staticmethod(lambda device=None: torch.get_rng_state())
    set_rng_state = staticmethod(lambda state, device=None: torch.set_rng_state(state))
    get_amp_supported_dtype = staticmethod(lambda: [torch.bfloat16])


@functools.cache
def register():
    """Tell torch of the pretend device, once in a process."""
    backend_registration._setup_privateuseone_for_python_backend(NAME, Module())
    everything, aten = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")
    everything.fallback(compute_all, "PrivateUse1")
    for name in DIRECT:
        packet, _, overload = name.partition(".")
        operation = getattr(getattr(torch.ops.aten, packet), overload or "default")
        aten.impl(name, functools.partial(compute_all, operation), "PrivateUse1")
    return everything, aten


@contextmanager
def pretend_device():
    """Within it, `$COURSE_DEVICE` names the pretend device, and torch has it."""
    register()
    with patch.dict(os.environ, COURSE_DEVICE=NAME), patch.object(nn.Module, "_apply", apply_and_tie):
        yield torch.device(NAME, 0)


def apply_and_tie(module, *args, apply=nn.Module._apply, **kwargs):
    """What `to` does, which makes new parameters when they come here: those that were one are one again."""
    places = defaultdict(list)
    for child in module.modules():
        for name, parameter in child.named_parameters(recurse=False):
            places[id(parameter)].append((child, name))
    apply(module, *args, **kwargs)
    for (child, name), *others in places.values():
        for other, its_name in others:
            setattr(other, its_name, getattr(child, name))
    return module
