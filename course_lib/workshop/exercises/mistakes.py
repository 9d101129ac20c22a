"""The known mistakes of a lesson, as they stand in its table beside it: `lesson_01.toml` for `lesson_01.py`.

Each row has a cause, in the student's terms, and what leads to it:

- an edit of the solution: `"q.shape[-1] ** 0.5 → q.shape[-1]"`, or several in one text, with "; " between them;
- wrong parts of a dict, together or each by itself: `{ plain = 64 }`. In the place of a single value, a list means any
  of these, and "…" any but the true one (it comes last). In the place of a set, a member means that it is missing, or
  is one too many;
- a member, where the answer itself is a set;
- a list: any of these.
"""

import tomllib
from numbers import Number
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.workshop.exercises.solutions import ARROW, Edit
from course_lib.workshop.exercises.values import ANY_OTHER, Member, plain

ANYTHING = "…"


def read_mistakes(path: Path) -> dict[str, list]:
    """Return the rows of each exercise in the table beside a module; none if there is no table.

    Raises CourseError if the table is no TOML.
    """
    table = path.with_suffix(".toml")
    try:
        found = tomllib.loads(table.read_text(encoding="utf-8")) if table.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise CourseError(
            f"{table.name} is no TOML: {error}; put a text in quotes of a kind that it does not have"
        ) from error
    return {name: [*rows.items()] for name, rows in found.items()}


def mistakes_in(rows, truth):
    """Yield the mistakes that rows stand for, as an `Exercise` takes them: a cause, and an `Edit` or a wrong answer."""
    for cause, found in rows:
        for wrong in found if isinstance(found, list) else [found]:
            if isinstance(wrong, str) and ARROW in wrong:
                yield cause, Edit.parse(wrong)
            elif isinstance(wrong, dict):
                yield from ((cause, parts) for parts in wrong_parts(wrong, truth()))
            else:
                yield from ((cause, one) for one in meant(wrong, truth()))


def wrong_parts(wrong, true):
    """Yield dicts of wrong parts, as many as a part has wrong values."""
    names = {str(name): name for name in true}
    values = {names[name]: meant(value, true[names[name]]) for name, value in wrong.items()}
    for number in range(max(map(len, values.values()))):
        yield {name: options[min(number, len(options) - 1)] for name, options in values.items()}


def meant(value, true):
    """Return the wrong values that a value of the table stands for, in the place of a true one."""
    if value == ANYTHING:
        return [ANY_OTHER]
    if isinstance(true, set | frozenset):
        return [set(map(as_member, value)) if isinstance(value, list) else member(value, true)]
    is_single = isinstance(true, Number | str) or getattr(true, "ndim", 1) == 0
    return value if is_single and isinstance(value, list) else [value]


def member(value, true):
    """The `Member` of a set that is missing, or is too many."""
    name = next((name for name in true if plain(name) == plain(value)), value)
    return Member(name, frozenset(true))


def as_member(value):
    """A member of a set; lists can be none."""
    return tuple(value) if isinstance(value, list) else value
