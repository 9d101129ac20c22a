"""An answer is applied to every case once; what came of it is data, which can be judged elsewhere."""

import contextlib
import copy
import inspect
import io
import traceback
import warnings
from collections.abc import Callable, Iterator, MappingView, Sequence
from dataclasses import astuple, dataclass, field
from numbers import Number
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.workshop.remote.clocks import Stopped

LONGEST = 20_000  # characters of a function that are kept
EMPTY = (lambda: None).__code__.co_code  # as short as the code of a function can be


@dataclass(frozen=True)
class Raised:
    """The failure of an answer that gave no result.

    Args:
        what: a verb and more: "raises ValueError: ...".
        line: the student's line that led to it, or None if there is none.
        rest: the result when every function of the answer that raises counts as one that returns None.
    """

    what: str
    line: str | None
    rest: Any = None

    def __str__(self) -> str:
        if self.line is None:
            return f"this can't be checked: it {self.what}"
        return f"your code {self.what}" + (f", in the line `{self.line}`" if self.line else "")


@dataclass
class Attempt:
    """The outcome of an answer.

    Args:
        given: the result for each case, or what was `Raised`; fewer than there are cases if the time was over, and none
            if there is no answer.
        is_empty: whether nothing was written into the function, or functions.
        borrowed: the name of a function of the library that was handed in as an answer; empty if there is none.
        changed: the place of the first argument that the answer wrote into; -1 if it wrote into none.
        remembers: whether the first case gives another result when it is tried once more, after all others.
        codes: the text of each function of the answer, empty if it is not known; none of a value.
    """

    given: list[Any] = field(default_factory=list)
    is_empty: bool = False
    borrowed: str = ""
    changed: int = -1
    remembers: bool = False
    codes: list[str] = field(default_factory=list)

    def as_data(self) -> tuple[Any, ...]:
        """Return what `from_data` reads, as plain data."""
        given = [(False, astuple(one)) if isinstance(one, Raised) else (True, one) for one in self.given]
        return given, self.is_empty, self.borrowed, self.changed, self.remembers, self.codes

    @classmethod
    def from_data(cls, data: Any) -> "Attempt":
        """Read what `as_data` returned. Raises TypeError or ValueError for anything else."""
        given, is_empty, borrowed, changed, remembers, codes = data
        results = [one if ended else Raised(*one) for ended, one in given]
        codes = [str(code)[:LONGEST] for code in codes]
        return cls(results, bool(is_empty), str(borrowed), int(changed), bool(remembers), codes)


def attempt(answer: Any, run: Callable[..., Any], cases: Sequence[tuple[Any, ...]]) -> Attempt:
    """Apply an answer to every case, each time to a copy: no answer can spoil a case for the next.

    Args:
        answer: the answer to a question: a value, a function, or several functions.
        run: how it is applied to a case: `run(answer, *case)`.
        cases: the arguments to try it on.
    """
    made = Attempt(is_empty=is_empty(answer), borrowed=borrowed(answer), codes=[*map(code_of, functions_of(answer))])
    if not made.borrowed and not is_missing(answer):
        for case in cases:
            handed = copy.deepcopy(case)
            try:
                made.given.append(once(answer, run, case, handed))
            except Stopped as reason:
                made.given.append(Raised(f"{reason}, and was stopped; is there an endless loop?", line_of(reason)))
                break
            written = [place for place, pair in enumerate(zip(case, handed, strict=True)) if not is_same(*pair)]
            made.changed = max(made.changed, *written[:1], -1)
        if len(made.given) == len(cases) > 1:
            first = cases[0]
            with contextlib.suppress(Stopped):
                made.remembers = not is_same(made.given[0], once(answer, run, first, copy.deepcopy(first)))
    return made


def once(answer: Any, run: Callable[..., Any], case: tuple[Any, ...], handed: tuple[Any, ...]) -> Any:
    """Return the result for one case, of which `handed` is a copy, or what was `Raised`."""
    try:
        return applied(answer, run, handed)
    except (Exception, SystemExit) as error:
        found = raised(error)
    if isinstance(answer, tuple):
        with contextlib.suppress(Exception, SystemExit):
            return Raised(found.what, found.line, applied(tuple(map(forgiving, answer)), run, copy.deepcopy(case)))
    return found


def applied(answer: Any, run: Callable[..., Any], case: tuple[Any, ...]) -> Any:
    """Return the result of an answer for a case, into which it may write; iterators and views become lists."""
    with quietly():
        return listed(run(answer, *case))


def is_same(before: Any, after: Any) -> bool:
    """Return whether plain data are as they were; of anything else, nothing is said."""
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(is_same(part, after[name]) for name, part in before.items())
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(is_same, before, after))
    if isinstance(before, torch.Tensor):
        return before.shape == after.shape and torch.equal(before.nan_to_num(), after.nan_to_num())
    if isinstance(before, str | set | Number):
        return before == after or before != before  # NaN
    return True


def forgiving(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that returns None where this one raises."""

    def call(*arguments: Any, **named: Any) -> Any:
        with contextlib.suppress(Exception):
            return function(*arguments, **named)

    return call


def raised(error: BaseException) -> Raised:
    """Describe an exception, with the student's line that led to it."""
    text = next(iter(str(error).splitlines()), "")
    kind = "fails" if isinstance(error, CourseError) else f"raises {type(error).__name__}"
    return Raised(kind + (f": {text}" if text else ""), line_of(error))


def line_of(error: BaseException) -> str | None:
    """Return the student's line that led to an exception, or None."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.line for frame in frames if "course_lib" not in frame.filename), None)


def is_missing(value: Any) -> bool:
    """Return whether there is no answer: None or ... , or a group of nothing else."""
    if isinstance(value, dict | list | tuple):
        parts = value.values() if isinstance(value, dict) else value
        return len(value) > 0 and all(map(is_missing, parts))
    return value is None or value is ...


def listed(value: Any) -> Any:
    """Return a result whose iterators and views are lists, so that it can be read more than once."""
    if isinstance(value, dict):
        return {name: listed(part) for name, part in value.items()}
    if isinstance(value, Iterator | MappingView | list):
        return [listed(part) for part in value]
    return value


def parts_of(answer: Any) -> tuple[Any, ...]:
    """Return the functions of an answer of several, or the answer alone."""
    return answer if isinstance(answer, tuple) else (answer,)


def functions_of(answer: Any) -> list[Any]:
    """Return the functions of an answer; a value has none."""
    return [part for part in parts_of(answer) if callable(part)]


def code_of(function: Any) -> str:
    """Return the text of a function; empty if it is not known."""
    try:
        return inspect.getsource(function)[:LONGEST]
    except Exception:  # it may be any object
        return ""


def is_empty(answer: Any) -> bool:
    """Return whether nothing was written into the function, or functions, of an answer."""
    codes = [getattr(part, "__code__", None) for part in parts_of(answer)]
    return all(code is None or len(code.co_code) <= len(EMPTY) for code in codes)


def borrowed(answer: Any) -> str:
    """Return the name of a function of the library that is handed in as an answer; empty if there is none."""
    for part in parts_of(answer):
        if str(getattr(part, "__module__", "")).startswith("course_lib.") and hasattr(part, "__name__"):
            return str(part.__name__)
    return ""


class Nowhere(io.StringIO):
    """Forgets what is written to it."""

    def write(self, text: str) -> int:
        """Take a text."""
        return len(text)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Hide the output of an answer: it isn't part of the result, and nbgrader takes a warning for a failure."""
    with (
        contextlib.redirect_stdout(Nowhere()),
        contextlib.redirect_stderr(Nowhere()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield
