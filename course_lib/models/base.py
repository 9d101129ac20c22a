"""What all models of the course have in common."""

import math
from contextlib import contextmanager, nullcontext
from dataclasses import fields, is_dataclass

from torch import nn

from course_lib.errors import CourseError


class Model(nn.Module):
    """A network that knows the config it was made from.

    `unsaid` are the token ids that it reads, but never writes; `cores` makes a context in which it writes fastest.
    """

    unsaid = ()
    cores = staticmethod(nullcontext)

    def __init__(self, config):
        super().__init__()
        self.config = config

    def num_parameters(self):
        """How many numbers are learnt; tied weights count once."""
        return sum(parameter.numel() for parameter in self.parameters())


@contextmanager
def evaluating(model):
    """Within it, `model` is in eval mode, and what it yields is its device; then, in any case, all is as before."""
    was_training = model.training
    model.eval()
    try:
        yield next(model.parameters()).device
    finally:
        model.train(was_training)


def unique_tensors(module):
    """Parameters and persistent buffers of any module by name; of tensors that are tied, only the first name."""
    first = {}
    for name, tensor in module.state_dict(keep_vars=True).items():
        first.setdefault(id(tensor), (name, tensor))
    return dict(first.values())


def check_fields(config):
    """Return a config if every field has a value of its type, and no size is below 1; configs inside it, too.

    A config.json may say anything: what passes here can be wrong, but is no nonsense.

    Raises:
        CourseError: a field has another value; it is named.
    """
    for field in fields(config):
        value = getattr(config, field.name)
        if is_dataclass(value):
            check_fields(value)
        elif field.type in EXPECTED and not EXPECTED[field.type](value):
            raise CourseError(f"{field.name} should be {describe(field.type)}, got {value!r:.60}")
        elif is_size(field.name) and value is not None and value < 1:
            raise CourseError(f"{field.name} should be 1 or more, got {value}")
    return config


def is_size(name):
    """Whether the field of this name counts or measures something."""
    return name.startswith(("num_", "d_")) or name.endswith(("_size", "_length"))


def is_int(value):
    """Whether a value is a whole number that torch can have as a size; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31


def is_float(value):
    """Whether a value is a finite number."""
    return is_int(value) or isinstance(value, float) and math.isfinite(value)


EXPECTED = {
    int: is_int,
    float: is_float,
    bool: lambda value: isinstance(value, bool),
    str: lambda value: isinstance(value, str),
    int | None: lambda value: value is None or is_int(value),
    float | None: lambda value: value is None or is_float(value),
}


def describe(kind):
    """A type of a field in words."""
    return getattr(kind, "__name__", str(kind)).replace(" | None", " or null")
