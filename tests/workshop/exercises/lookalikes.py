"""Answers that only look like a solution, made of any solution: other thresholds, sums compared, texts for lists."""

import ast
import copy
import re

import torch

from course_lib.workshop.exercises.slips import exchanged, made, places
from course_lib.workshop.exercises.solutions import source_of
from course_lib.workshop.exercises.values import as_tensor

INFINITE = {"-torch.inf", "-math.inf", "float('-inf')"}
REDUCTIONS = {"sum", "mean", "max", "min", "amax", "amin", "argmax", "argmin", "any", "all"}
ORDERED = ast.Lt | ast.LtE | ast.Gt | ast.GtE


def lookalikes(solution):
    """The solution with one part replaced: pairs of what was done and the functions, or the one function."""
    functions = solution if isinstance(solution, tuple) else (solution,)
    tree = ast.parse("\n\n".join(map(source_of, functions)))
    for function in tree.body:
        for put, node in places(function):
            for what, instead in replaced(node):
                with exchanged(put, node, instead):
                    yield f"{what} in {ast.unparse(node)}", made(tree, functions, solution)


def replaced(node):
    """What looks like a part of a solution: pairs of what was done, and what is there instead."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ORDERED) and len(node.ops) == 1:
        yield from other_thresholds(node)
    text = ast.unparse(node)
    if text.startswith("torch.equal("):
        a, b = map(ast.unparse, node.args)
        for dim in ("", "0", "-1"):
            yield from sums(f"({a}).sum({dim})", f"({b}).sum({dim})")
    difference = node.func.value.func.value if isinstance(node, ast.Call) and text.endswith(".abs().max()") else None
    if isinstance(difference, ast.BinOp) and isinstance(difference.op, ast.Sub):
        a, b = map(ast.unparse, (difference.left, difference.right))
        yield "only the sums", parsed(f"(({a}).sum() - ({b}).sum()).abs()")
    if ".any(dim=1)" in text and isinstance(node, ast.Call) and isinstance(node.func.value, ast.Compare):
        a, b = ast.unparse(node.func.value.left), ast.unparse(node.func.value.comparators[0])
        yield "only the sums", parsed(f"(({a}).sum(dim=1) - ({b}).sum(dim=1)).abs() > 1e-6")
    if text.startswith("tuple(") and "[" in text:
        yield "digits without gaps", parsed(f"''.join(map(str, {ast.unparse(node.args[0])}))")
        yield "in no order", parsed(f"tuple(sorted({ast.unparse(node.args[0])}))")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and "set(" in text:
        yield "what either has alone", ast.BinOp(node.left, ast.BitXor(), node.right)
    if text in INFINITE:
        yield "-10 for infinity", parsed("-10.0")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from fewer_places(node)
    if match := re.fullmatch(r"logits\.(log_)?softmax\(dim=(-?\d)\)", text):
        shares = f"(logits.exp() / logits.exp().sum(dim={match[2]}, keepdim=True))"
        yield "exponentials of large logits", parsed(f"{shares}.log()" if match[1] else shares)


def fewer_places(node):
    """A sum, a maximum and so on that leaves places out: of an axis all but the first eight; of the whole the last."""
    if node.func.attr in REDUCTIONS:
        whole = ast.unparse(node.func.value)
        dims = [*node.args, *(word.value for word in node.keywords if word.arg == "dim")]
        what, size = ("the first eight", "slice(8)") if dims else ("all but the last", "slice(-1)")
        for dim in map(ast.unparse, dims) if dims else ("1", "-1"):
            fewer = ast.Attribute(
                parsed(f"({whole}).movedim({dim}, 0)[{size}].movedim(0, {dim})"), node.func.attr, ast.Load()
            )
            yield what, ast.Call(fewer, node.args, node.keywords)


def other_thresholds(node):
    """A comparison with a number: one more or less than a whole one, twice and half of any other."""
    (part,) = node.comparators
    if isinstance(part, ast.Constant) and isinstance(part.value, int | float):
        number = part.value
        for other in (number - 1, number + 1) if isinstance(number, int) else (number / 2, number * 2):
            yield f"{other} for {number}", ast.Compare(node.left, node.ops, [ast.Constant(other)])


def sums(a, b):
    """Two sums compared, exactly and up to rounding."""
    yield "only the sums", parsed(f"torch.equal({a}, {b})")
    yield "only the sums, up to rounding", parsed(f"torch.allclose({a}, {b})")


def parsed(text):
    """An expression."""
    return ast.parse(text, mode="eval").body


def as_numbers(value):
    """A result whose masks are numbers."""
    if isinstance(value, dict):
        return {name: as_numbers(part) for name, part in value.items()}
    return value.long() if isinstance(value, torch.Tensor) and value.dtype is torch.bool else value


def other_texts(value):
    """A result whose texts are written otherwise, all alike: in other capitals, with a blank more, in a list."""
    for change in (str.swapcase, lambda text: f"{text} ", lambda text: [text]):
        yield changed(value, change)


def changed(value, change):
    """A result with `change` made to each of its texts."""
    if isinstance(value, dict):
        return {name: changed(part, change) for name, part in value.items()}
    if isinstance(value, list):
        return [changed(part, change) for part in value]
    return change(value) if isinstance(value, str) else value


def given_away(exercise, case):
    """Pairs of functions of a solution: in this case, the second one returns numbers that the first was handed, or
    returned."""
    seen, found = [], set()

    def watched(function):
        def answer(*handed):
            result = function(*copy.copy(handed))
            numbers = sorted_numbers(result)
            found.update(
                (name, function.__name__)
                for name, known in seen
                if numbers is not None and name != function.__name__ and known.equal(numbers)
            )
            known = map(sorted_numbers, (*handed, result))
            seen.extend((function.__name__, numbers) for numbers in known if numbers is not None)
            return result

        return answer

    exercise.result(tuple(map(watched, exercise.truth)), case)
    return found


def sorted_numbers(value):
    """All numbers of a value in their order, two different ones at least; None if it has none."""
    numbers = as_tensor(value)
    return numbers.flatten().sort().values if numbers is not None and len(numbers.unique()) > 1 else None
