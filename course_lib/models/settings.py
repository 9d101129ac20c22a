"""Configs in a config.json: dataclasses that may hold others, written as `dataclasses.asdict` writes them."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from course_lib.errors import CourseError

Config = TypeVar("Config")


def from_settings(kind: type[Config], settings: Mapping[str, Any]) -> Config:
    """The dataclass of this kind that `asdict` made `settings` of: those that it holds come back, and lists as tuples.

    Raises:
        CourseError: a field is unknown, missing, or of another type, or a size is none; or the config itself refuses
            its values.
    """
    fixed = {field.name for field in fields(kind) if not field.init}
    types = get_type_hints(kind)
    given = {name: read(name, types.get(name), value) for name, value in settings.items() if name not in fixed}
    try:
        return kind(**given)
    except TypeError as error:
        raise CourseError(f"these settings don't fit {kind.__name__}: {error}") from None


def read(name: str, wanted: Any, value: Any) -> Any:
    """A value of JSON as a field of the type `wanted` holds it; without a type it stays, for the class to refuse."""
    if isinstance(value, dict):
        return from_settings(choose(name, wanted, value), value)
    value = tuple(read_item(name, wanted, item) for item in value) if isinstance(value, list | tuple) else value
    kinds = tuple(get_origin(option) or option for option in options(wanted))
    if float in kinds and type(value) is int:
        value = float(value)
    if wanted is not None and (not isinstance(value, kinds) or (value is True or value is False) and bool not in kinds):
        expected = " or ".join("null" if kind is NoneType else kind.__name__ for kind in kinds)
        raise CourseError(f"{name} must be {expected}, got {value!r}")
    check_number(name, value)
    return value


def read_item(name: str, wanted: Any, item: Any) -> Any:
    """An item of a list: a dataclass, where the field holds a tuple of these; else it stays."""
    if not isinstance(item, dict):
        return item
    inside = [get_args(option)[0] for option in options(wanted) if get_origin(option) is tuple]
    return from_settings(choose(name, inside[0] if inside else wanted, item), item)


def check_number(name: str, value: Any) -> None:
    """Raise a CourseError where a number is not finite, an epsilon negative, or a size none that torch can have."""
    if isinstance(value, float) and not math.isfinite(value):
        raise CourseError(f"{name} must be finite, got {value}")
    if name.endswith("eps") and value < 0:
        raise CourseError(f"{name} must be 0 or more, got {value}")
    is_size = name.startswith(("num_", "d_")) or name.endswith(("_size", "_length"))
    if is_size and isinstance(value, int) and not 1 <= value < 2**31:
        raise CourseError(f"{name} must be 1 or more, and fit into 32 bits, got {value}")


def choose(name: str, wanted: Any, settings: Mapping[str, Any]) -> type:
    """The dataclass that settings are of: the only one that the field can hold, or the one of their `kind`."""
    classes = [option for option in options(wanted) if is_dataclass(option)]
    if len(classes) > 1:
        kinds = {option.kind: option for option in classes}
        if settings.get("kind") not in kinds:
            raise CourseError(f"unknown kind of {name} {settings.get('kind')!r}; known: {', '.join(kinds)}")
        return kinds[settings["kind"]]
    if not classes:
        raise CourseError(f"{name} can't be an object, got {dict(settings)}")
    return classes[0]


def options(wanted: Any) -> tuple:
    """The members of a union, or the type alone."""
    return get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
