"""When a card no longer fits its study: digests of what a study does, and of what it reads."""

import ast
import hashlib
import inspect
import sys
from collections.abc import Callable, Sized
from functools import cache

from course_lib.files import sha256
from course_lib.runtime import MODELS
from course_lib.workshop.convert.artifacts import ARTIFACTS
from course_lib.workshop.studies.study import Study


def digest(study: Study) -> str:
    """A short digest of the study's code, of its training data and of its models' weights.

    Comments, docstrings and annotations don't count; nor does where a name is imported from.
    """
    tree = what_runs(ast.parse(inspect.getsource(sys.modules[study.measure.__module__])))
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    parts = [dumped(tree), *map(digest_of_rows, study.loaders)]
    parts += map(digest_of_weights, study.models)
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def dumped(tree: ast.AST) -> str:
    """Return what `ast.dump` of Python 3.11 gives, in any version: later ones add a field and leave out empty lists."""
    options = {"show_empty": True} if sys.version_info >= (3, 13) else {}
    return ast.dump(tree, **options).replace(", type_params=[]", "")


def digest_of_weights(name: str) -> str:
    """The sha256 of a shipped model's weights, or of the file that `course fetch` brings."""
    return ARTIFACTS[name].sha256 if name in ARTIFACTS else sha256(MODELS / name / "model.safetensors")


@cache
def digest_of_rows(load: Callable[..., Sized]) -> str:
    """The digest of the training rows of the little world that `load` gives, pictures as their bytes."""
    rows = hashlib.sha256()
    for row in load().with_format("arrow")[:].to_pylist():
        rows.update(repr(row).encode())
    return rows.hexdigest()


def what_runs(tree: ast.AST) -> ast.AST:
    """The tree without docstrings and annotations of functions; a body that was a docstring only becomes `pass`."""
    for node in ast.walk(tree):
        documented = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module)
        if documented and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return tree
