"""What comes of a slip, wherever it can be made in a solution: a mean for a sum, another axis, a division left out."""

import ast
from contextlib import contextmanager, suppress
from functools import cache, partial

from course_lib.exercises.slip_steps import slips_at
from course_lib.exercises.solutions import source_of

SEEN = "this comes out"  # how the cause begins


@cache
def slips(solution):
    """The solution with one slip each: pairs of a cause and a function, or as many as the solution has."""
    functions = solution if isinstance(solution, tuple) else (solution,)
    tree = ast.parse("\n\n".join(map(source_of, functions)))
    found = []
    for function in tree.body:
        inputs = {argument.arg for argument in function.args.args}
        where = f" of `{function.name}`" if len(tree.body) > 1 else ""
        for put, node in places(function):
            for what, instead in slips_at(node, inputs):
                with exchanged(put, node, instead), suppress(SyntaxError):
                    found.append((f"{SEEN}{where} {what}", made(tree, functions, solution)))
    return found


def made(tree, functions, solution):
    """The functions of a changed tree."""
    names = dict(functions[0].__globals__)
    exec(compile(ast.fix_missing_locations(tree), "<slip>", "exec"), names)
    new = tuple(names[function.__name__] for function in functions)
    return new if isinstance(solution, tuple) else new[0]


def places(function):
    """All parts of a function's body, outer ones first, each with what puts something else there.

    What stands in a `while` is left as it is: a slip could make it endless.
    """
    waiting = [(function.body, number, part) for number, part in enumerate(function.body)]
    while waiting:
        holder, key, node = waiting.pop(0)
        if isinstance(node, ast.While):
            continue
        yield partial(holder.__setitem__ if isinstance(holder, list) else partial(setattr, holder), key), node
        for field, value in ast.iter_fields(node):
            parts = [(value, *part) for part in enumerate(value)] if isinstance(value, list) else [(node, field, value)]
            waiting += [place for place in parts if isinstance(place[2], ast.AST)]


@contextmanager
def exchanged(put, old, new):
    """For a moment, something else stands in a place."""
    put(new)
    try:
        yield
    finally:
        put(old)
