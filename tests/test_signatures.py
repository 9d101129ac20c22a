"""A public function says what it takes and what it gives, in its signature."""

import ast

from course_lib.runtime import REPOSITORY

LIBRARY = REPOSITORY / "course_lib"
UNTYPED = {"exercises", "grading", "notebooks", "present", "studies"}  # to be done
FILES = [
    path
    for path in sorted(LIBRARY.rglob("*.py"))
    if UNTYPED.isdisjoint(path.relative_to(LIBRARY).with_suffix("").parts) or path.parent.name == "cli"
]


def public_functions(tree):
    """The functions of a module and the methods of its classes, but those that begin with `_` and can't be called."""
    for holder in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        for node in holder.body:
            if isinstance(node, ast.FunctionDef) and (node.name[0] != "_" or node.name in ("__init__", "__call__")):
                yield node


def unsaid(function):
    """What the signature of a function leaves open."""
    args = function.args
    named = [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
    open_arguments = [arg.arg for arg in named if arg.annotation is None and arg.arg not in ("self", "cls")]
    return open_arguments + ["return"] * (function.returns is None and function.name != "__init__")


def test_public_functions_state_the_types_of_all_they_take_and_give():
    found = [(path, f) for path in FILES for f in public_functions(ast.parse(path.read_text(encoding="utf-8")))]
    assert {f"{path.relative_to(LIBRARY)}:{f.lineno} {f.name}": unsaid(f) for path, f in found if unsaid(f)} == {}
