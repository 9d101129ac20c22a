"""Answers that say the same as another student's: the same code, but for names, comments, docstrings and blanks."""

import ast
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256

from course_lib.workshop.exercises.results import exercise_of, is_check
from course_lib.workshop.exercises.written import parsed

FEWEST_LINES = 5  # shorter answers are often alike by chance


@dataclass(frozen=True)
class Group:
    """Students with the same answers, and the exercises that these answer."""

    number: int
    students: tuple
    exercises: tuple

    def __str__(self):
        return f"{', '.join(self.exercises)}: {', '.join(self.students)}"


def fingerprints(notebook, release):
    """For each exercise with a longer answer, a digest of what it says; answers that are still the stub have none."""
    said = {name: normalized(code, release, name) for name, code in answers_in(notebook, release).items()}
    return {
        name: sha256(text.encode()).hexdigest() for name, text in said.items() if len(text.splitlines()) >= FEWEST_LINES
    }


def answers_in(notebook, release):
    """The code of each answer that is no longer the stub of the student edition, by exercise."""
    stubs = codes(release)
    return {name: code for name, code in codes(notebook).items() if said_by(code) != said_by(stubs.get(name, ""))}


def has_answers(notebook, release):
    """Whether a notebook has code, or a text for an open task, that the student edition doesn't have."""
    given = {said_by(cell.source) for cell in release.cells}
    return any(said_by(cell.source) not in given for cell in notebook.cells if is_work(cell))


def is_work(cell):
    """Whether a cell is a student's own work: code that is no check, or the text for an open task."""
    code = cell.cell_type == "code" and not is_check(cell)
    return bool(cell.source.strip()) and (code or cell.metadata.get("nbgrader", {}).get("task", False))


def codes(notebook):
    """The code of each answer cell, by exercise."""
    return {exercise_of(cell): cell.source for cell in notebook.cells if is_answer(cell)}


def is_answer(cell):
    """Whether nbgrader knows a cell as an answer."""
    return cell.cell_type == "code" and exercise_of(cell) is not None and not is_check(cell)


def said_by(code):
    """The code without comments and blanks; what is no Python stays as it is."""
    return ast.unparse(parsed(code)) or code.strip()


def normalized(code, release, name):
    """The code of an answer without the lines of the stub, and with numbers for the names that it binds itself."""
    tree, stub = parsed(code), parsed(codes(release).get(name, ""))
    given = {ast.dump(statement) for statement in stub.body}
    tree.body = [statement for statement in tree.body if ast.dump(statement) not in given]
    return ast.unparse(Renaming(tree).visit(tree))


class Renaming(ast.NodeTransformer):
    """Takes docstrings, annotations and imports from a tree, and renames what it binds in the order of appearance."""

    def __init__(self, tree):
        self.own, self.numbers = set(bound_in(tree)), {}

    def named(self, name):
        """The new name of what the tree binds; other names stay."""
        return f"n{self.numbers.setdefault(name, len(self.numbers))}" if name in self.own else name

    def visit_Name(self, node):
        return ast.Name(self.named(node.id), node.ctx)

    def visit_arg(self, node):
        return ast.arg(self.named(node.arg))

    def visit_FunctionDef(self, node):
        node.name, node.returns = self.named(node.name), None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node):
        return self.visit_FunctionDef(node)

    def visit_ClassDef(self, node):
        node.name = self.named(node.name)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node):
        assigned = ast.Assign([node.target], node.value) if node.value else ast.Pass()
        return self.generic_visit(ast.fix_missing_locations(ast.copy_location(assigned, node)))

    def visit_Import(self, node):
        return None

    def visit_ImportFrom(self, node):
        return None


def bound_in(tree):
    """The names that a tree binds: its arguments, its variables, its functions and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def note_alike(grades):
    """Note in each grade in which groups of the same answers it is; returns these groups, one for the same students."""
    who = defaultdict(set)
    for grade in grades:
        for exercise, digest in grade.answers.items():
            who[exercise, digest].add(grade.student)
    shared = defaultdict(set)
    for (exercise, _), students in who.items():
        if len(students) > 1:
            shared[tuple(sorted(students))].add(exercise)
    found = sorted((tuple(sorted(exercises)), students) for students, exercises in shared.items())
    groups = [Group(number, students, exercises) for number, (exercises, students) in enumerate(found, start=1)]
    for grade in grades:
        its = [group for group in groups if grade.student in group.students and grade.answers.keys() & group.exercises]
        if its:
            listed = ", ".join(f"{', '.join(group.exercises)} (group {group.number})" for group in its)
            grade.notes.append(f"the same answers as other students: {listed}")
    return groups
