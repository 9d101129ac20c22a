"""What comes of a slip, wherever it can be made in a solution: a mean for a sum, another axis, a division left out."""

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations

from course_lib.workshop.exercises.slip_steps import Scope, slips_at
from course_lib.workshop.exercises.solutions import source_of
from course_lib.workshop.exercises.written import function_in, is_nearer, parts_of

SEEN = "you get this"  # how the cause begins


@dataclass(frozen=True)
class Slip:
    """One slip in a solution.

    Args:
        cause: what is changed, in words.
        wrong: the solution with it: a function, or as many as the solution has.
        function: the function in which it is, as a syntax tree without it.
        place: the place of this function among those of the solution.
        changes: what puts something there, old and new.
    """

    cause: str
    wrong: Callable | tuple
    function: ast.FunctionDef
    place: int
    changes: Sequence

    def is_in(self, codes):
        """Whether the code of an answer looks like the solution with this slip, and not more like the one without it.

        Many slips lead to the same result; one that the answer's code doesn't show is no cause of it.
        """
        if len(codes) <= self.place or not (answer := function_in(codes[self.place])):
            return False
        with ExitStack() as stack:
            for change in self.changes:
                stack.enter_context(exchanged(*change))
            slipped = parts_of(self.function)
        return is_nearer(parts_of(answer), slipped, parts_of(self.function))


@cache
def slips(solution):
    """Every `Slip` that can be made in a solution: a function, or several."""
    functions = solution if isinstance(solution, tuple) else (solution,)
    tree = ast.parse("\n\n".join(map(source_of, functions)))
    found = []
    for place, function in enumerate(tree.body):
        where = f" in `{function.name}`" if len(tree.body) > 1 else ""
        for what, changes in [*single(function), *of_words(function), *repeated(function), *of_inputs(function)]:
            with ExitStack() as stack, suppress(SyntaxError):
                for change in changes:
                    stack.enter_context(exchanged(*change))
                wrong = made(tree, functions, solution)
                found.append(Slip(f"{SEEN}{where} {what}", wrong, function, place, changes))
    return found


def single(function):
    """Each slip in one place: what is changed, in words, and the change: what puts something there, old and new.

    Of a solution without inputs, which is itself the value, the numbers stay: each of them may be an answer.
    """
    scope = Scope.of(function)
    for put, node in places(function):
        if scope.inputs or not isinstance(node, ast.Constant | ast.UnaryOp | ast.Dict):
            yield from ((what, [(put, node, instead)]) for what, instead in slips_at(node, scope))


def of_words(function):
    """A word for another one of the same solution."""
    docstring = ast.get_docstring(function, clean=False)
    constants = [(put, node) for put, node in places(function) if isinstance(node, ast.Constant)]
    words = [(put, node) for put, node in constants if isinstance(node.value, str) and node.value != docstring]
    for put, node in words if function.args.args else ():
        for other in sorted({word.value for _, word in words} - {node.value}):
            yield f'with "{other}", where "{node.value}" belongs', [(put, node, ast.Constant(other))]


def repeated(function):
    """The same slip wherever the same text stands: whoever makes it once makes it twice."""
    alike = defaultdict(list)
    for put, node in places(function):
        if not isinstance(node, ast.Constant | ast.Tuple):
            alike[ast.dump(node)].append((put, node))
    for group in alike.values():
        for what, instead in slips_at(group[0][1], Scope.of(function)) if len(group) > 1 else ():
            yield what, [(put, node, instead) for put, node in group]


def of_inputs(function):
    """Two inputs, each taken for the other."""
    names = function.args.args
    for i, j in combinations(range(len(names)), 2):
        a, b = names[i], names[j]
        put = names.__setitem__
        yield f"with `{a.arg}` and `{b.arg}` exchanged", [(partial(put, i), a, b), (partial(put, j), b, a)]


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
