"""What the sandbox needs to try an answer, and no more: the cases, and the code that applies an answer to them.

The truth and the known mistakes stay outside. Cases go in as data; where they hold functions or models, the code that
draws them goes in instead. This code is cut out of the modules of the exercises, definition by definition.
"""

import ast
import inspect
import symtable
from collections import defaultdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from course_lib.errors import CourseError
from course_lib.workshop.exercises.checking import seeds

OURS = "course_lib.workshop.exercises."


def trial_of(exercise):
    """Return what the sandbox needs to try an answer to `exercise`, as plain data (inside.py unpacks it)."""
    cases = exercise.draw_cases(seeds())
    functions = [exercise.apply] if is_data(cases) else [exercise.apply, exercise.cases]
    return {
        "id": exercise.id,
        "code": excerpt(*functions),
        "names": [function.__name__ for function in functions],
        "seeds": [*seeds()],
        "cases": cases if is_data(cases) else None,
    }


def is_data(value):
    """Return whether a value can travel as it is."""
    if isinstance(value, dict):
        return all(map(is_data, (*value, *value.values())))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(is_data, value))
    if isinstance(value, torch.Tensor):
        return not value.requires_grad and not isinstance(value, torch.nn.Parameter)
    return value is None or isinstance(value, bool | int | float | str | range | np.ndarray)


@cache
def excerpt(*functions):
    """Return the text that defines these functions, and what they use of the modules of the exercises.

    Raises CourseError if two modules define the same name, or a function is not defined at the top of its module.
    """
    found = {}
    for function in functions:
        if not function.__qualname__.isidentifier():
            raise CourseError(f"{function.__qualname__} must be defined at the top of its file, to be tried elsewhere")
        take(inspect.getsourcefile(function), function.__name__, found)
    return "\n".join(dict.fromkeys(found.values()))


def take(path, name, found):
    """Add what a file defines under a name, after what that uses: name -> text."""
    statements = definitions(path).get(name, [])
    if statements and isinstance(statements[0], ast.ImportFrom) and statements[0].module.startswith(OURS):
        take(find_spec(statements[0].module).origin, statements[0].names[0].name, found)
        return
    text = "\n".join(map(ast.unparse, statements))
    if name in found:
        if found[name] != text:
            raise CourseError(f"{name} is defined in two ways, one of them in {path}; use two names")
        return
    found[name] = text
    for used in sorted(globals_of(symtable.symtable(text, path, "exec"))):
        take(path, used, found)
    found[name] = found.pop(name)  # after what it uses


def globals_of(table):
    """Return the names that a piece of code takes from the module in which it is."""
    is_module = table.get_type() == "module"
    own = {each.get_name() for each in table.get_symbols() if (each.is_referenced() if is_module else each.is_global())}
    return own.union(*map(globals_of, table.get_children()))


@cache
def definitions(path):
    """Return what a file defines or imports at its top: name -> the statements that do."""
    found = defaultdict(list)
    for statement in ast.parse(Path(path).read_text(encoding="utf-8")).body:
        for name, alone in names_in(statement):
            found[name].append(alone)
    return found


def names_in(statement):
    """Yield the names that a statement defines, each with the statement, or with an import of this name alone."""
    if isinstance(statement, ast.Import):
        yield from ((alias.asname or alias.name, ast.Import([alias])) for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        yield from (
            (alias.asname or alias.name, ast.ImportFrom(statement.module, [alias], 0)) for alias in statement.names
        )
    elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name, statement
    else:
        stored = [
            node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        yield from ((name, statement) for name in dict.fromkeys(node.id for node in stored))
