"""A submission is run and judged: its cells in the sandbox, its verdicts here, where the cases and the truths are."""

import time

from course_lib.exercises.checking import examine
from course_lib.exercises.exercise import find_exercise
from course_lib.exercises.results import exercise_of, is_check
from course_lib.grading.sandbox import Sandbox
from course_lib.remote import Gone, Raised

MOST_STARTS = 4
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
    verdicts, asked = {}, None

    def check(exercise_id, answer):
        """Judge an answer, if it is the check cell of this exercise that hands it over."""
        if exercise_id == asked:
            verdicts[asked] = examine(find(asked), answer)
        sandbox.peer.forget()

    with Sandbox(limits, {"check": check}, deadline) as sandbox:
        for place, cell in enumerate(cells):
            if place in stopped:
                continue
            asked = exercise_of(cell) if is_check(cell) else None
            try:
                cell.outputs = clean(sandbox.run(cell.source), cells)
            except Gone:
                stopped[place] = sandbox.reason
                return False
            except Raised as reason:
                cell.outputs = [error("Stopped", reason.what)]
            if asked:
                cell.outputs = with_verdict(cell, verdicts.get(asked))
    return True


def with_verdict(cell, verdict):
    """What a check cell shows: its message and points; without a verdict an error, for which nbgrader gives none."""
    from nbformat.v4 import new_output

    if verdict is None:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        return errors or [error("NoPoints", "the check cell shows no points")]
    text = f"{exercise_of(cell)} {verdict.message}\n"
    points = {"text/plain": str(verdict.points)}
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
