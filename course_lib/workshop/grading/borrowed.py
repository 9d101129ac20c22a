"""What an answer takes from the course instead of its author: a note for the lecturer, which costs no points."""

import ast

from course_lib.workshop.exercises.results import is_check
from course_lib.workshop.grading.alike import answers_in, codes, fingerprints, parsed

EXERCISES = "course_lib.workshop.exercises"
TWINS = "torch.nn.", "torch.nn.functional."


def borrowed(notebook, source, release):
    """Yield notes on imports from the exercises, on answers that call the library's own block, and on solutions.

    Args:
        notebook: the submission, with each cell in its place.
        source: the sheet with its solutions.
        release: the student edition.
    """
    trees = [parsed(cell.source) for cell in notebook.cells if cell.cell_type == "code" and not is_check(cell)]
    names, solutions = names_in(trees), codes(source)
    modules = sorted({module for tree in trees for module in imports_of(tree, names) if is_solution(module)})
    if modules:
        yield f"imports {', '.join(modules)}"
    offered = {*names_in([parsed(cell.source) for cell in release.cells if cell.cell_type == "code"]).values()}
    for exercise, code in answers_in(notebook, release).items():
        solution = parsed(solutions.get(exercise, ""))
        used = names_used(parsed(code), names) - names_used(solution, names) - offered
        taken = {name for name in used if name.startswith("course_lib.") and not is_solution(name)}
        if is_longer(solution):
            taken |= twins_in(parsed(code), names) & used
        if taken:
            yield f"{exercise} uses {', '.join(sorted(taken))}"
    own = fingerprints(source, release)
    if equal := [name for name, digest in fingerprints(notebook, release).items() if own.get(name) == digest]:
        yield f"equal to the course's own solution but for names and comments: {', '.join(sorted(equal))}"


def is_solution(name):
    """Whether a dotted name leads to the exercises of the library, and is not `check`."""
    return (name + ".").startswith(EXERCISES + ".") and name not in (EXERCISES + ".check", EXERCISES)


def imports_of(tree, names):
    """Yield the dotted names that code imports, also by `import_module` or `__import__` with a constant text."""
    loaders = "import_module", "__import__"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name + (".*" if alias.name == EXERCISES else "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name + (".*" if name == EXERCISES else "")
        elif isinstance(node, ast.Call) and (dotted(node.func, names) or ast.unparse(node.func)).endswith(loaders):
            texts = [value.value for value in node.args if isinstance(value, ast.Constant)]
            yield from (str(text) + (".*" if text == EXERCISES else "") for text in texts)


def names_in(trees):
    """What the imports of a notebook bind: local name -> dotted name."""
    names = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def names_used(tree, names):
    """The dotted names of what is imported and used in code, each as long as it is there."""
    found = {dotted(node, names) for node in ast.walk(tree)} - {None}
    return {name for name in found if not any(other.startswith(f"{name}.") for other in found)}


def dotted(node, names):
    """The dotted name of a name or an attribute that comes from an import, None for others."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        start = dotted(node.value, names)
        return start and f"{start}.{node.attr}"
    return None


def twins_in(tree, names):
    """The functions of torch.nn that an answer of one line calls."""
    found = set()
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        body = function.body[ast.get_docstring(function) is not None :]
        if len(body) == 1 and isinstance(body[0], ast.Return):
            found |= {name for name in names_used(body[0], names) if name.startswith(TWINS) and name + "." not in TWINS}
    return found


def is_longer(solution):
    """Whether a solution has more than one statement in some function, so that a single call is no natural answer."""
    functions = [node for node in ast.walk(solution) if isinstance(node, ast.FunctionDef)]
    return any(len(node.body) - (ast.get_docstring(node) is not None) > 1 for node in functions)
