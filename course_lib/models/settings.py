"""Read configs from config.json: dataclasses, possibly nested, as `dataclasses.asdict` writes them."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from course_lib.errors import CourseError

Config = TypeVar("Config")


def from_settings(kind: type[Config], settings: Mapping[str, Any]) -> Config:
    """Build a config from the dict that `asdict` made of it. Nested dataclasses are rebuilt, and lists become tuples.

    Args:
        kind: the dataclass to build.
        settings: its fields.

    Raises:
        CourseError: a field is unknown, is missing, or has a value that is not valid.
    """
    fixed = {field.name for field in fields(kind) if not field.init}
    types = get_type_hints(kind)
    given = {name: read(name, types.get(name), value) for name, value in settings.items() if name not in fixed}
    try:
        return kind(**given)
    except TypeError as error:
        raise CourseError(f"{kind.__name__} can't be built from these settings: {error}") from None


def read(name: str, wanted: Any, value: Any) -> Any:
    """Convert a JSON value to the type of its field.

    Args:
        name: name of the field.
        wanted: type of the field, or None if the field is unknown, in which case the dataclass will refuse it.
        value: the JSON value.

    Raises:
        CourseError: the value has another type or is out of range.
    """
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
    """Convert an item of a list. A dict becomes a dataclass if the field holds a tuple of dataclasses."""
    if not isinstance(item, dict):
        return item
    inside = [get_args(option)[0] for option in options(wanted) if get_origin(option) is tuple]
    return from_settings(choose(name, inside[0] if inside else wanted, item), item)


def check_number(name: str, value: Any) -> None:
    """Check that a number is finite and, for a size or an epsilon, within its range.

    Raises:
        CourseError: the number is not valid.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise CourseError(f"{name} must be finite, got {value}")
    if name.endswith("eps") and value < 0:
        raise CourseError(f"{name} must be 0 or more, got {value}")
    is_size = name.startswith(("num_", "d_")) or name.endswith(("_size", "_length"))
    if is_size and isinstance(value, int) and not 1 <= value < 2**31:
        raise CourseError(f"{name} must be 1 to 2,147,483,647 (32 bits), got {value}")


def choose(name: str, wanted: Any, settings: Mapping[str, Any]) -> type:
    """Return the dataclass for a dict of settings: the only one that the field can hold, or the one of this `kind`.

    Raises:
        CourseError: the kind is unknown, or the field can't hold a dataclass.
    """
    classes = [option for option in options(wanted) if is_dataclass(option)]
    if len(classes) > 1:
        kinds = {option.kind: option for option in classes}
        if settings.get("kind") not in kinds:
            raise CourseError(f"the kind of {name} must be one of {', '.join(kinds)}, got {settings.get('kind')!r}")
        return kinds[settings["kind"]]
    if not classes:
        raise CourseError(f"{name} can't be an object, got {dict(settings)}")
    return classes[0]


def options(wanted: Any) -> tuple:
    """Return the members of a union, or the type itself."""
    return get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
