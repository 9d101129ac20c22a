"""What a source notebook takes from the library: each exercise's title, answer, solution, and check."""

import ast
import inspect
import json
import re
import textwrap

from course_lib.errors import CourseError
from course_lib.workshop.exercises import exercises_of
from course_lib.workshop.exercises.solutions import source_of

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
WIDTH = 120


def fill(notebook, lesson):
    """Write titles, answers and checks of a lesson, by its two digits, into its source notebook. What is missing comes
    behind what is asked.

    Raises CourseError where an exercise is not asked in the notebook, or its solution can't be shown.
    """
    for exercise in exercises_of(lesson).values():
        title = f"## {exercise.id} · {exercise.title}"
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = re.sub(rf"(?m)^## {exercise.id} · .*$", lambda _, title=title: title, cell.source)
        for name, source, metadata in cells_of(exercise):
            cell = find(notebook, name) or add(notebook, exercise.id, name)
            cell.source = source
            cell.metadata["nbgrader"] = metadata


def cells_of(exercise):
    """Name, text and metadata of the answer and of the check of an exercise."""
    number = exercise.id.replace(".", "-")
    several = isinstance(exercise.truth, tuple)
    functions = exercise.truth if several else (exercise.truth,)
    given = ", ".join(function.__name__ for function in functions)
    check = check_of(exercise.id, f"({given})" if several else given)
    shown = "\n\n\n".join(map(function_shown if exercise.wants_a_function else value_shown, functions))
    yield f"answer-{number}", shown, known(f"answer-{number}", solution=True)
    yield f"check-{number}", check, known(f"check-{number}", grade=True, locked=True, points=exercise.points)


def check_of(exercise_id, given):
    """The code of a check; `given` is the code of the answer."""
    return f'from course_lib.workshop.exercises import check\n\ncheck("{exercise_id}", {given})'


def known(name, **changes):
    """Metadata by which nbgrader knows a cell."""
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {**usual, "grade_id": name, **changes}


def find(notebook, name):
    """The cell that nbgrader knows by this name, or None."""
    named = (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)
    return next(named, None)


def add(notebook, exercise_id, name):
    """A new code cell at the end of what belongs to an exercise."""
    from nbformat.v4 import new_code_cell

    heads = [place for place, cell in enumerate(notebook.cells) if cell.source.startswith("## ")]
    asked = [place for place in heads if notebook.cells[place].source.startswith(f"## {exercise_id} · ")]
    if not asked:
        raise CourseError(f'the notebook does not ask {exercise_id}; expected a cell that begins "## {exercise_id} · "')
    place = next((head for head in heads if head > asked[0]), len(notebook.cells))
    notebook.cells.insert(place, new_code_cell(id=name))
    return notebook.cells[place]


def function_shown(function):
    """A function whose body is the solution; without it, its docstring is left."""
    head, body = parted(function)
    if not inspect.getdoc(function):
        raise CourseError(f"the solution {function.__name__} has no docstring; expected one, which students see")
    blank = [] if body[0].strip() else [body.pop(0)]
    return "\n".join([*head, *blank, f"    {BEGIN}", *body, f"    {END}"])


def value_shown(function):
    """An answer that is still empty, and then the lines that give it: those of a function of nothing."""
    head, body = parted(function)
    last = ast.parse(source_of(function)).body[0].body[-1]
    if not isinstance(last, ast.Return):
        raise CourseError(f"the solution {function.__name__} does not end with its answer; expected a last return")
    place = last.lineno - 1 - len(head)
    body[place] = body[place].replace("return", f"{function.__name__} =", 1)
    return "\n".join([empty(function), BEGIN, textwrap.dedent("\n".join(body)).strip(), END])


def parted(function):
    """The lines of a function: up to its docstring, if it has one, and those of its body."""
    lines = source_of(function).rstrip().splitlines()
    statements = ast.parse(source_of(function)).body[0].body
    first = statements[0].end_lineno if inspect.getdoc(function) else statements[0].lineno - 1
    return lines[:first], lines[first:]


def empty(function):
    """The answer before it is given: None, or None for each part."""
    name, value = function.__name__, function()
    if not isinstance(value, dict):
        return f"{name} = None"
    parts = [f"{json.dumps(part, ensure_ascii=False) if isinstance(part, str) else part}: None" for part in value]
    line = f"{name} = {{{', '.join(parts)}}}"
    return line if len(line) <= WIDTH else "\n".join([f"{name} = {{", *(f"    {part}," for part in parts), "}"])
