"""A submission is run and judged: its cells in the sandbox, its verdicts here, where the cases and the truths are."""

import contextlib
import re
import time

from course_lib.errors import CourseError
from course_lib.workshop.exercises.checking import Verdict, judge, seeds
from course_lib.workshop.exercises.exercise import find_exercise
from course_lib.workshop.exercises.results import exercise_of, is_check
from course_lib.workshop.grading.sandbox import Gone, Sandbox
from course_lib.workshop.grading.trial import trial_of
from course_lib.workshop.remote.attempts import Attempt
from course_lib.workshop.remote.clocks import Stopped, limited

MOST_STARTS = 4
SECONDS = 60  # of a processor, to judge one answer
ASKS_FOR_A_CASE = re.compile(r"""check\.case\(\s*["'](\d\d\.\d+)["']""")
MOST_SHOWN = 20_000_000  # characters of all outputs together


def run_and_judge(notebook, limits, find=find_exercise):
    """Run `notebook` in place: its cells get what they showed, its check cells the verdicts that are made here.

    `find` gives the exercise with an id.

    A cell that ends the process is left out when the others are run once more, so that it costs no other.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    deadline, stopped = time.monotonic() + 3 * limits.patience, {}
    for _ in range(MOST_STARTS):
        for cell in cells:
            cell.outputs = []
        if run_cells(cells, limits, deadline, stopped, find) or time.monotonic() > deadline:
            break
    for place, cell in enumerate(cells):
        if place in stopped:
            cell.outputs = [error("Stopped", stopped[place])]
        elif is_check(cell) and not cell.outputs:
            cell.outputs = [error("NotRun", "cells before it stopped the notebook again and again")]
    return notebook


def run_cells(cells, limits, deadline, stopped, find):
    """Run the cells that are not `stopped`; whether all could be run. One that can't is noted there, with a reason."""
    with Sandbox(limits, deadline) as sandbox:
        for place, cell in enumerate(cells):
            if place in stopped:
                continue
            exercise = find(exercise_of(cell)) if is_check(cell) else None
            try:
                outputs, tried = sandbox.run(cell.source, exercise and trial_of(exercise), public_trials(cell.source))
            except Gone as reason:
                stopped[place] = str(reason)
                return False
            cell.outputs = clean(outputs, cells)
            if exercise:
                cell.outputs = with_verdict(cell, verdict_of(exercise, tried))
    return True


def public_trials(source):
    """Return the trials of the exercises whose cases a cell asks for, as a student's own check draws them."""
    found = {}
    for name in ASKS_FOR_A_CASE.findall(source):
        with contextlib.suppress(CourseError):
            found[name] = trial_of(find_exercise(name)) | {"seeds": [1, 2, 3]}
    return found


def verdict_of(exercise, tried):
    """Return the verdict on what was tried in a check cell; None if nothing was, or nothing that could be read."""
    try:
        tried = Attempt.from_data(tried)
    except (TypeError, ValueError):
        return None
    try:
        with limited(SECONDS):
            return judge(exercise, exercise.draw_cases(seeds()), tried)
    except (Stopped, Exception) as reason:  # a result may be anything, and as large as a message
        return Verdict(0, f"not right yet: your result can't be compared: {str(reason) or type(reason).__name__}")


def with_verdict(cell, verdict):
    """What a check cell shows: its message and points; without a verdict an error, for which nbgrader gives none."""
    from nbformat.v4 import new_output

    if verdict is None:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        return errors or [error("NoPoints", "the check cell shows no points")]
    text = f"{exercise_of(cell)} {verdict.message}\n"
    points = {"text/plain": f"{verdict.points:g}"}
    return [new_output("stream", name="stdout", text=text), new_output("execute_result", data=points)]


def clean(outputs, cells):
    """What the sandbox says that a cell showed, as far as it is what a notebook may hold, and not too much."""
    import nbformat

    shown = len(str([cell.outputs for cell in cells]))
    try:
        found = [nbformat.from_dict(output) for output in outputs]
        for output in found:
            nbformat.validate(output, ref="output", version=4)
    except Exception:  # a submission may have changed what runs it
        return []
    return found if shown + len(str(found)) < MOST_SHOWN else [error("Stopped", "showed too much")]


def error(name, text):
    """An error as a notebook holds it."""
    from nbformat.v4 import new_output

    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
