"""Functions that rebuild config dataclasses from the contents of config.json, as written by `dataclasses.asdict`."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from course_lib.errors import CourseError

Config = TypeVar("Config")


def from_settings(kind: type[Config], settings: Mapping[str, Any]) -> Config:
    """Rebuild a config from a dict of its fields, as read from JSON.

    Nested dicts become dataclasses again, and lists become tuples.

    Args:
        kind: the dataclass to build.
        settings: the values of its fields by name.

    Raises:
        CourseError: a field is unknown or missing, or its value is not valid.
    """
    fixed = {field.name for field in fields(kind) if not field.init}
    types = get_type_hints(kind)
    given = {name: read(name, types.get(name), value) for name, value in settings.items() if name not in fixed}
    try:
        return kind(**given)
    except TypeError as error:
        raise CourseError(f"{kind.__name__} can't be built from these settings: {error}") from None


def read(name: str, wanted: Any, value: Any) -> Any:
    """Convert a JSON value to the type of its field, and check the value.

    Args:
        name: the name of the field.
        wanted: the type of the field, or None if the dataclass has no such field. In this case, no error is raised
            here, but later, when the dataclass is created.
        value: the JSON value.

    Raises:
        CourseError: the value has the wrong type or is out of range.
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
    """Convert an item of a JSON list: a dict becomes a dataclass, and other items stay unchanged."""
    if not isinstance(item, dict):
        return item
    inside = [get_args(option)[0] for option in options(wanted) if get_origin(option) is tuple]
    return from_settings(choose(name, inside[0] if inside else wanted, item), item)


def check_number(name: str, value: Any) -> None:
    """Check that a number in a config is finite, and that a size or an epsilon is within its range.

    Raises:
        CourseError: the number is out of range.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise CourseError(f"{name} must be finite, got {value}")
    if name.endswith("eps") and value < 0:
        raise CourseError(f"{name} must be 0 or more, got {value}")
    is_size = name.startswith(("num_", "d_")) or name.endswith(("_size", "_length"))
    if is_size and isinstance(value, int) and not 1 <= value < 2**31:
        raise CourseError(f"{name} must be from 1 to 2,147,483,647 (32 bits), got {value}")


def choose(name: str, wanted: Any, settings: Mapping[str, Any]) -> type:
    """Choose the dataclass to build from a dict of settings.

    If the type of the field allows several dataclasses, the setting "kind" selects one of them.

    Raises:
        CourseError: there is no dataclass of this kind, or the field can't contain a dataclass.
    """
    classes = [option for option in options(wanted) if is_dataclass(option)]
    if len(classes) > 1:
        kinds = {option.kind: option for option in classes}
        if settings.get("kind") not in kinds:
            raise CourseError(f"the kind of {name} must be one of {', '.join(kinds)}, got {settings.get('kind')!r}")
        return kinds[settings["kind"]]
    if not classes:
        raise CourseError(f"{name} can't be a JSON object, got {dict(settings)}")
    return classes[0]


def options(wanted: Any) -> tuple:
    """Return the types that a union allows, or a one-element tuple with the type if it is not a union."""
    return get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
