"""The slips that can be made in one expression of a solution, by its kind."""

import ast
from collections import Counter
from dataclasses import dataclass
from functools import singledispatch

from course_lib.workshop.exercises.slip_words import ALONG, AVERAGED, COMMUTE, INSTEAD, MISSING, OPERATIONS

MODULES = {"torch", "math", "F", "np"}
TURNED = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
TURNED |= {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
NOT_IN_ROWS = ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow  # where brackets among alike make a difference
LEAVES_OUT = {"keepdim", "correction", "unbiased", "reverse", "largest", "descending", "key", "ignore_index"}
LONGEST = 40  # letters of what is told of a solution
LEFT_AWAY = "…"
AT_THE_BOUND = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


@singledispatch
def slips_at(node, scope):
    """What may stand in the place of a part of a solution, by mistake: pairs of what is changed, in words, and what
    stands there instead. `scope` says what the names in it stand for."""
    return ()


@dataclass(frozen=True)
class Scope:
    """What the names in a solution stand for.

    Args:
        inputs: what the function is handed.
        meanings: an expression in these for each name that the function sets once.
    """

    inputs: set[str]
    meanings: dict[str, ast.expr]

    @classmethod
    def of(cls, function):
        """The scope of a function, a syntax tree."""
        inputs = {argument.arg for argument in function.args.args}
        stored = Counter(
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        )
        meanings = {}
        for name, value in assigned(function.body) if inputs else ():
            if stored[name] == 1 and name not in inputs:
                meanings[name] = expression(ast.unparse(value), **meanings)
        return cls(inputs, meanings)


def assigned(statements):
    """Each name that statements set, and to what; of a sequence, each of its elements."""
    for statement in statements:
        if isinstance(statement, ast.Assign):
            (target,), value = statement.targets[:1], statement.value
            if isinstance(target, ast.Name):
                yield target.id, value
            elif isinstance(target, ast.Tuple) and all(isinstance(part, ast.Name) for part in target.elts):
                parts = value.elts if isinstance(value, ast.Tuple) else None
                for place, part in enumerate(target.elts):
                    element = ast.Subscript(value, ast.Constant(place), ast.Load())
                    yield part.id, parts[place] if parts and len(parts) == len(target.elts) else element


def told(node, scope, usual):
    """A part of a solution in words that a student has, too: in terms of what his function is handed.

    What is too long, or has no name for him, is left out: `….sum()`. Of a value, the numbers are the exercise's.
    """
    if not scope.inputs:
        return f"`{ast.unparse(node)}`" if not names_in(node) else usual
    given = scope.inputs | MODULES | {"len", "sum", "max", "min"}
    meant = expression(ast.unparse(node), **scope.meanings)
    rest = expression(ast.unparse(node), **{name: ast.Name(LEFT_AWAY) for name in names_in(node) - given})
    if names_in(meant) <= given and len(text := ast.unparse(meant)) < LONGEST:
        return f"`{text}`"
    text = ast.unparse(rest)
    return f"`{text}`" if text.count(LEFT_AWAY) == 1 and len(LEFT_AWAY) + 2 < len(text) < LONGEST else usual


def names_in(node):
    """The names that stand in a part of a solution."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def whole(node):
    """The whole number that stands in a place; None if none does."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = whole(node.operand)
        return None if number is None else -number
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def expression(text, /, **parts):
    """An expression in which the names of `parts` stand for other expressions."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return parts.get(node.id, node)

    return Put().visit(ast.parse(text, mode="eval").body)


@slips_at.register
def _(node: ast.Call, scope):
    function, arguments, keywords = node.func, node.args, node.keywords
    name = getattr(function, "attr", getattr(function, "id", None))
    of_module = isinstance(function, ast.Attribute) and getattr(function.value, "id", None) in MODULES
    is_method = isinstance(function, ast.Attribute) and not of_module
    for other, what in INSTEAD.get(name, {}).items():
        taken = ast.Attribute(function.value, other, ast.Load()) if isinstance(function, ast.Attribute) else None
        if taken or other in ("min", "max", "any", "all"):
            yield f"with {what}", ast.Call(taken or ast.Name(other, ast.Load()), arguments, keywords)
    if name in AVERAGED and isinstance(function, ast.Name) and len(arguments) == 1:
        yield f"with {AVERAGED[name]}", expression("sum(list(a)) / len(list(a))", a=arguments[0])
    if name == "len":
        yield from one_off(node, scope, "a length")
    if name in ("mean", "sum") and is_method and 0 in map(whole, [*arguments, *(part.value for part in keywords)]):
        yield "with the first element alone, not all of them", expression("a[0]", a=function.value)
    if name == "cross_entropy":
        yield from of_cross_entropy(node)
    if name in MISSING and (is_method or arguments):
        yield f"without {MISSING[name]}", function.value if is_method else arguments[0]
    yield from of_one_side(node, is_method)
    yield from in_other_order(node, is_method)
    if name == "float" and arguments and isinstance(arguments[0], ast.Constant):
        yield "with 0, where infinity belongs", ast.Constant(0.0)
    if name == "masked_fill":
        yield "with the mask negated (`~`)", expression("f(~m, v)", f=function, m=arguments[0], v=arguments[1])
    if name in ALONG:
        place = 0 if is_method else 1
        for other in (-1, 0, 1, 2, -2) if len(arguments) > place and whole(arguments[place]) is not None else ():
            new = [*arguments[:place], ast.Constant(other), *arguments[place + 1 :]]
            yield "along another axis", ast.Call(function, new, keywords)
        if any(keyword.arg == "dim" for keyword in keywords):
            yield "over all elements, not along one axis (`dim`)", ast.Call(function, arguments, [])
    for number, keyword in enumerate(keywords):
        if keyword.arg in LEAVES_OUT:
            yield f"without `{keyword.arg}`", ast.Call(function, arguments, keywords[:number] + keywords[number + 1 :])
    if name == "range":
        first, last = arguments[:2] if len(arguments) > 1 else (ast.Constant(0), arguments[0])
        for what, text in (
            ("one iteration too few (off by one)", "b - 1"),
            ("one iteration too many (off by one)", "b + 1"),
        ):
            yield f"with {what}", ast.Call(function, [first, expression(text, b=last), *arguments[2:]], [])
        starts = [("the first iteration left out", "a + 1"), ("one iteration more at the beginning", "a - 1")]
        for what, text in starts if whole(first) != 0 else starts[:1]:
            yield f"with {what}", ast.Call(function, [expression(text, a=first), last, *arguments[2:]], [])
    elif len(arguments) > 1 and name not in COMMUTE and None in map(whole, arguments[:2]):
        yield "with two arguments exchanged", ast.Call(function, [arguments[1], arguments[0], *arguments[2:]], keywords)


def of_one_side(node, is_method):
    """A function of one side alone, which is meant for what both sides give: g(a + b) as g(a) + b, or a + g(b)."""
    first = node.func.value if is_method else next(iter(node.args), None)
    if isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        for side in ("left", "right"):
            of = getattr(first, side)
            function = ast.Attribute(of, node.func.attr, ast.Load()) if is_method else node.func
            taken = ast.Call(function, node.args if is_method else [of, *node.args[1:]], node.keywords)
            sides = {"left": first.left, "right": first.right, side: taken}
            yield "with brackets in another place", ast.BinOp(sides["left"], first.op, sides["right"])


def in_other_order(node, is_method):
    """Two steps, the second one first: x.log().mean() as x.mean().log(), F.relu(x).mean() as F.relu(x.mean())."""
    inner = node.func.value if is_method else node.args[0] if len(node.args) == 1 else None
    if isinstance(inner, ast.Call) and (inner.args or isinstance(inner.func, ast.Attribute)):
        is_inner_method = isinstance(inner.func, ast.Attribute) and getattr(inner.func.value, "id", None) not in MODULES
        if is_inner_method or inner.args:
            begin = inner.func.value if is_inner_method else inner.args[0]
            first = applied(node, begin, is_method)
            yield "with two steps in the other order", applied(inner, first, is_inner_method)


def applied(call, to, is_method):
    """A function, or a method, of something else."""
    if is_method:
        return ast.Call(ast.Attribute(to, call.func.attr, ast.Load()), call.args, call.keywords)
    return ast.Call(call.func, [to, *call.args[1:]], call.keywords)


def of_cross_entropy(node):
    """The slips around the loss that every training has."""
    x, labels, *_ = node.args
    yield (
        "with a softmax too many: the loss wants logits",
        ast.Call(node.func, [expression("x.softmax(-1)", x=x), *node.args[1:]], node.keywords),
    )
    if not any(keyword.arg == "reduction" for keyword in node.keywords):
        total = ast.Call(node.func, node.args, [*node.keywords, ast.keyword("reduction", ast.Constant("sum"))])
        yield "with a sum instead of a mean", total
        yield "divided by the number of all labels, padding included", expression("a / b.numel()", a=total, b=labels)


@slips_at.register
def _(node: ast.keyword, scope):
    if node.arg in ("dim", "axis") and whole(node.value) is not None:
        yield "over all elements, not along one axis (`dim`)", ast.keyword(node.arg, ast.Constant(None))
        for other in {0, 1, 2, -1, -2, -3} - {whole(node.value)}:
            yield "along another axis", ast.keyword(node.arg, ast.Constant(other))
        yield "over the last two axes, not along one (`dim`)", ast.keyword(node.arg, ast.Constant((-2, -1)))
    elif isinstance(node.value, ast.Constant) and type(node.value.value) is bool:
        yield f"with `{node.arg}={not node.value.value}`", ast.keyword(node.arg, ast.Constant(not node.value.value))


@slips_at.register
def _(node: ast.BinOp, scope):
    a, b = node.left, node.right
    for operation, what, text in OPERATIONS:
        if isinstance(node.op, operation):
            words = what.format(a=told(a, scope, "something"), b=told(b, scope, "something"))
            yield words, expression(text, a=a, b=b)
    yield from regrouped(node)


def regrouped(node):
    """The brackets set otherwise, where that makes a difference: a · (b + c) as a · b + c, a / (b · c) as a / b · c."""
    a, b = node.left, node.right
    for inner in (a, b):
        if isinstance(inner, ast.BinOp) and (type(inner.op) is not type(node.op) or isinstance(node.op, NOT_IN_ROWS)):
            if inner is a:
                moved = ast.BinOp(a.left, a.op, ast.BinOp(a.right, node.op, b))
            else:
                moved = ast.BinOp(ast.BinOp(a, node.op, b.left), b.op, b.right)
            yield "with brackets in another place", moved
    if isinstance(node.op, ast.Mult | ast.Div) and isinstance(a, ast.BinOp) and isinstance(a.op, ast.Add | ast.Sub):
        yield "with brackets in another place", ast.BinOp(ast.BinOp(a.left, node.op, b), a.op, a.right)
    if isinstance(node.op, ast.Mult) and isinstance(b, ast.BinOp) and isinstance(b.op, ast.Add | ast.Sub):
        yield "with brackets in another place", ast.BinOp(b.left, b.op, ast.BinOp(a, node.op, b.right))


@slips_at.register
def _(node: ast.UnaryOp, scope):
    if (number := whole(node)) is not None:
        yield from off_by_one(number)
    elif isinstance(node.op, ast.USub):
        yield "with the other sign", node.operand
    else:
        yield "with a condition negated", node.operand


@slips_at.register
def _(node: ast.Constant, scope):
    if (number := whole(node)) is not None:
        yield from off_by_one(number)
    elif isinstance(node.value, float):
        yield "with another constant", ast.Constant(-node.value)
    elif isinstance(node.value, bool):
        yield "with True and False exchanged", ast.Constant(not node.value)


def off_by_one(number):
    """One more, one less; the last for the first."""
    for other in ({number - 1, number + 1} | ({0, -1} if number in (0, -1) else set())) - {number}:
        yield f"with {other}, where {number} belongs", ast.Constant(other)


@slips_at.register
def _(node: ast.Compare, scope):
    (_, *more), kind = node.ops, type(node.ops[0])
    if not more and kind in AT_THE_BOUND:
        yield (
            "with `<` and `<=` exchanged: equal numbers count on the other side",
            ast.Compare(node.left, [AT_THE_BOUND[kind]()], node.comparators),
        )
    if not more and kind in TURNED:
        yield "with a condition negated", ast.Compare(node.left, [TURNED[kind]()], node.comparators)
    if not more and kind is ast.Eq:
        for what, other in (("<=", ast.LtE()), (">=", ast.GtE())):
            yield f"with `{what}`, where `==` belongs", ast.Compare(node.left, [other], node.comparators)
        for text in ("a in b", "b in a"):
            yield (
                "with `in`, where `==` belongs",
                expression(text, a=node.left, b=node.comparators[0]),
            )


@slips_at.register
def _(node: ast.BoolOp, scope):
    for number in range(len(node.values)):
        rest = node.values[:number] + node.values[number + 1 :]
        yield "without one of the conditions", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "with `and` and `or` exchanged", ast.BoolOp(other, node.values)


@slips_at.register
def _(node: ast.IfExp, scope):
    yield "with the two cases of an `if` exchanged", ast.IfExp(node.test, node.orelse, node.body)
    yield "with one case of an `if` for both", node.body
    yield "with one case of an `if` for both", node.orelse


@slips_at.register
def _(node: ast.Slice, scope):
    for bound, what in (("lower", "begins"), ("upper", "ends")):
        if value := getattr(node, bound):
            bounds = {"lower": node.lower, "upper": node.upper, "step": node.step}
            yield "without a slice: all elements instead of some", ast.Slice(**{**bounds, bound: None})
            for text, where in (("b + 1", "late"), ("b - 1", "early")):
                yield (
                    f"with a slice that {what} one position too {where} (off by one)",
                    ast.Slice(**{**bounds, bound: expression(text, b=value)}),
                )
            if len([part for part in (node.lower, node.upper) if part]) == 1:
                other = "upper" if bound == "lower" else "lower"
                yield (
                    "with the other part of a slice: `[n:]` and `[:n]` exchanged",
                    ast.Slice(**{**bounds, bound: None, other: value}),
                )
    if node.step and whole(node.step) == -1:
        yield "without reversing a slice (`[::-1]`)", ast.Slice(node.lower, node.upper, None)


@slips_at.register
def _(node: ast.Attribute, scope):
    if node.attr == "inf":
        yield "with 0, where infinity belongs", ast.Constant(0.0)
    if node.attr in ("T", "mT"):
        yield "without the transpose", node.value


@slips_at.register
def _(node: ast.Name, scope):
    if isinstance(node.ctx, ast.Load) and node.id not in MODULES:
        for other in sorted(scope.inputs - {node.id}):
            what = told(node, scope, "something else")
            yield f"with `{other}`, where {what} belongs", ast.Name(other, ast.Load())
        if node.id in scope.inputs:
            yield f"without `{node.id}`", ast.Constant(0)
            yield from one_off(node, scope, node.id)


@slips_at.register
def _(node: ast.Subscript, scope):
    if getattr(node.value, "attr", None) == "shape" and isinstance(node.ctx, ast.Load):
        yield from one_off(node, scope, "a length")


def one_off(node, scope, usual):
    """One less than something, one more."""
    name = told(node, scope, usual)
    yield f"with {name} − 1, where {name} belongs", expression("a - 1", a=node)
    yield f"with {name} + 1, where {name} belongs", expression("a + 1", a=node)
