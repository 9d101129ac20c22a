"""How an answer is written: whether it is like another piece of code, and which of its arguments it never uses."""

import ast
from collections import Counter
from textwrap import dedent

ALIKE = 0.55  # from which likeness on two functions take the same steps


def parsed(code):
    """The syntax tree of code, an empty one for what is no Python."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def function_in(code):
    """The first function in a piece of code, as a syntax tree; None if there is none."""
    return next(
        (node for node in ast.walk(parsed(dedent(code))) if isinstance(node, ast.FunctionDef | ast.Lambda)), None
    )


def likeness(parts, others):
    """How much two functions have in common, from 0 to 1: the parts of both, as a share of the parts of either."""
    return (parts & others).total() / max(1, (parts | others).total())


def is_nearer(answer, wrong, right):
    """Whether the parts of an answer are like those of a mistake, and not more like those of the solution."""
    return likeness(answer, wrong) >= max(ALIKE, likeness(answer, right))


def shows(codes, wrong, right):
    """Whether the codes of an answer are nearer to one text than to the other, in each function that differs."""
    for code, *pair in zip(codes, parsed(wrong).body, parsed(right).body, strict=True):
        slipped, solution = map(parts_of, pair)
        answer = function_in(code)
        if slipped != solution and not (answer and is_nearer(parts_of(answer), slipped, solution)):
            return False
    return True


def parts_of(function):
    """Each part of a function, and what it is a part of: kinds, numbers, names of methods and arguments.

    Names that the function binds itself count as one; its own arguments are known by their place.
    """
    places = {argument.arg: f"argument {place}" for place, argument in enumerate(function.args.args)}
    found, waiting = Counter(), [("", part) for part in body_of(function)]
    while waiting:
        above, node = waiting.pop()
        label = label_of(node, places)
        found.update([label, (above, label)])
        has_order = isinstance(node, ast.Call | ast.Tuple | ast.BinOp)
        for field, value in ast.iter_fields(node):
            for place, part in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(part, ast.AST) and not isinstance(part, ast.expr_context):
                    waiting.append(((label, field, place * has_order), part))
    return found


def label_of(node, places):
    """What a part is, in a word: a method, the place of an argument, a number, or its kind."""
    match node:
        case ast.Attribute(attr=name) | ast.keyword(arg=name):
            return f".{name}"
        case ast.Name(id=name):
            return places.get(name, "name")
        case ast.Constant(value=value):
            return repr(value)
        case _:
            return type(node).__name__


def body_of(function):
    """The body of a function, without its docstring."""
    if isinstance(function, ast.Lambda):
        return [ast.Return(function.body)]
    return function.body[ast.get_docstring(function) is not None :]


def unused(function, solution):
    """The arguments that a function never uses, and the solution does."""
    pairs = zip(function.args.args, solution.args.args, strict=False)
    uses, due = ({node.id for node in ast.walk(each) if isinstance(node, ast.Name)} for each in (function, solution))
    is_same = len(function.args.args) == len(solution.args.args)
    return [own.arg for own, other in pairs if is_same and own.arg not in uses and other.arg in due]
