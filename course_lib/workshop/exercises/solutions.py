"""The text of a solution, and what becomes of it when somebody makes a mistake in it."""

import inspect
import re
from functools import cache

from course_lib.errors import CourseError

ARROW = " → "


class Edit:
    """A mistake as a change of the solution's text: `Edit("softmax(dim=-1) → softmax(dim=-2)")`.

    Args:
        changes: what stands in the solution, an arrow, and what stands there instead; nothing, if it is left out. It
            must stand in the solution once: of several functions, in one of them.
    """

    def __init__(self, *changes: str):
        self.changes = changes

    @classmethod
    def parse(cls, text):
        """The edit that a text stands for: its changes, each behind a semicolon and a blank or a new line."""
        return cls(*re.split(r";\s", text))

    def __add__(self, other):
        """Both mistakes at once."""
        return Edit(*self.changes, *other.changes)

    def of(self, solution):
        """The solution with this mistake: a function, or as many as the solution has.

        Raises CourseError where a change has no arrow, or does not fit the solution.
        """
        functions = functions_of(solution)
        names = dict(functions[0].__globals__)
        exec(self.text_of(solution), names)
        made = tuple(names[function.__name__] for function in functions)
        return made if isinstance(solution, tuple) else made[0]

    def text_of(self, solution):
        """The text of the solution with this mistake. Raises CourseError as `of`."""
        text = text_of(solution)
        for change in self.changes:
            old, arrow, new = change.partition(ARROW)
            if not arrow or text.count(old) != 1:
                where = ", ".join(function.__name__ for function in functions_of(solution))
                raise CourseError(f'the edit "{change}": "{old}" is {text.count(old)} times in {where}; expected once')
            text = text.replace(old, new)
        return text


def functions_of(solution):
    """The functions of a solution, which may be one."""
    return solution if isinstance(solution, tuple) else (solution,)


def text_of(solution):
    """The text of all functions of a solution."""
    return "\n\n".join(map(source_of, functions_of(solution)))


@cache
def source_of(function):
    """The text of a function."""
    return inspect.getsource(function)
