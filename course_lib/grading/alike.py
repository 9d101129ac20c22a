"""Answers that are the same as another student's, word for word, but for blanks and comments."""

import ast
from collections import defaultdict
from hashlib import sha256

from course_lib.exercises.results import exercise_of, is_check

FEWEST_LINES = 5  # shorter ones are often alike by chance


def fingerprints(notebook, release):
    """For each exercise with a longer answer, a digest of what it says; answers that are still the stub have none."""
    stubs = {exercise_of(cell): said_by(cell.source) for cell in release.cells if is_answer(cell)}
    answers = {exercise_of(cell): said_by(cell.source) for cell in notebook.cells if is_answer(cell)}
    return {
        name: sha256(said.encode()).hexdigest()
        for name, said in answers.items()
        if said != stubs.get(name) and len(said.splitlines()) >= FEWEST_LINES
    }


def is_answer(cell):
    """Whether nbgrader knows a cell as an answer."""
    return cell.cell_type == "code" and exercise_of(cell) is not None and not is_check(cell)


def said_by(source):
    """What a piece of code says, without its comments and blanks; what is no Python stays as it is."""
    try:
        return ast.unparse(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source


def note_alike(grades):
    """Add to the notes of each grade whose answers are the same as somebody else's."""
    who = defaultdict(set)
    for grade in grades:
        for exercise, digest in grade.answers.items():
            who[exercise, digest].add(grade.student)
    for grade in grades:
        shared = defaultdict(list)
        for exercise, digest in grade.answers.items():
            for other in who[exercise, digest] - {grade.student}:
                shared[other].append(exercise)
        grade.notes += [f"same answers as {other}: {', '.join(ids)}" for other, ids in sorted(shared.items())]
    return grades
