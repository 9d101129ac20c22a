"""Slips in the steps of a solution, beside those of `slip_kinds` in its expressions: loops, cases, what is kept."""

import ast
from itertools import combinations

from course_lib.workshop.exercises.slip_kinds import Scope, expression, names_in, slips_at, told

__all__ = ["Scope", "slips_at"]


@slips_at.register(ast.comprehension)
@slips_at.register(ast.For)
def _(node, scope):
    changed = {field: getattr(node, field) for field in node._fields}
    for what, text in (
        ("the first", "list(a)[1:]"),
        ("the last", "list(a)[:-1]"),
        ("all but the first", "list(a)[:1]"),
    ):
        yield f"with {what} left out", type(node)(**{**changed, "iter": expression(text, a=node.iter)})
    yield (
        "in reverse order",
        type(node)(**{**changed, "iter": expression("list(a)[::-1]", a=node.iter)}),
    )
    for number in range(len(changed.get("ifs", ()))):
        ifs = node.ifs[:number] + node.ifs[number + 1 :]
        yield "without the `if` of a comprehension", type(node)(**{**changed, "ifs": ifs})


@slips_at.register
def _(node: ast.Dict, scope):
    names = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    for i, j in combinations(range(len(names)), 2) if len(names) == len(node.keys) <= 5 else ():
        values = list(node.values)
        values[i], values[j] = values[j], values[i]
        yield f"with {names[i]} and {names[j]} exchanged", ast.Dict(node.keys, values)


@slips_at.register
def _(node: ast.List, scope):
    if any(isinstance(part, ast.Starred) for part in node.elts):
        for number, part in enumerate(node.elts):
            value = part.value if isinstance(part, ast.Starred) else part
            rest = ast.List(node.elts[:number] + node.elts[number + 1 :], node.ctx)
            yield f"without {told(value, scope, 'one of the parts of a list')}", rest


@slips_at.register
def _(node: ast.Tuple, scope):
    if isinstance(node.ctx, ast.Load) and len(node.elts) in (2, 3):
        yield "with two arguments exchanged", ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], node.ctx)


@slips_at.register
def _(node: ast.If, scope):
    yield "with a condition negated", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    yield "without the `if`: one case for both", ast.If(ast.Constant(True), node.body, node.orelse)
    yield "without the `if`: one case for both", ast.If(ast.Constant(False), node.body, node.orelse)


@slips_at.register
def _(node: ast.AugAssign, scope):
    of_one = isinstance(node.target, ast.Subscript)
    yield f"without {'changing an element (`x[i] += ...`)' if of_one else 'adding up (`+=`)'}", ast.Pass()
    target = ast.Name(node.target.id, ast.Load()) if isinstance(node.target, ast.Name) else None
    yield "with only the last one kept: assigned instead of added or appended", ast.Assign([node.target], node.value)
    if target and isinstance(node.op, ast.Add):
        yield "with `-=`, where `+=` belongs", ast.AugAssign(node.target, ast.Sub(), node.value)


@slips_at.register
def _(node: ast.Expr, scope):
    if isinstance(node.value, ast.Call):
        name = getattr(node.value.func, "attr", getattr(node.value.func, "id", None))
        yield f"without the call of `{name}`" if name else "without one of the calls", ast.Pass()
        if getattr(node.value.func, "attr", "") == "append" and isinstance(node.value.func.value, ast.Name):
            kept = ast.Name(node.value.func.value.id, ast.Store())
            yield (
                "with only the last one kept: assigned instead of added or appended",
                ast.Assign([kept], ast.List(node.value.args, ast.Load())),
            )


@slips_at.register
def _(node: ast.Assign, scope):
    if isinstance(node.targets[0], ast.Subscript):
        yield "without setting an element (`x[i] = ...`)", ast.Pass()
    elif isinstance(node.targets[0], ast.Name) and names_in(node.targets[0]) <= names_in(node.value):
        old = ast.Name(node.targets[0].id, ast.Load())
        yield "with the old value added", ast.Assign(node.targets, expression("a + b", a=old, b=node.value))
