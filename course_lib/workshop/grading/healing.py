"""A submission whose cells were copied, changed, split or have lost their metadata is put in order by its checks."""

import copy
import re

from course_lib.workshop.exercises.results import exercise_of, is_check


def name_of(cell):
    """nbgrader's name of a cell, None for the cells that it does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def heal(notebook, release):
    """Let `notebook` have each check of the student edition once, in place; returns what was done, in words.

    Of copies the last counts: it sees what was defined before. A check that is missing comes where the student calls
    it, else after the answer, else at the end.
    """
    known = {name_of(cell): cell for cell in release.cells if name_of(cell)}
    found = {name_of(cell) for cell in notebook.cells} & known.keys()
    notes = [*forget_copies(notebook, known)]
    put_back = [name for name, cell in known.items() if is_check(cell) and name not in found]
    for name in put_back:
        put_in(notebook, known[name], known)
    if not found:
        return ["the notebook has lost its metadata (Colab?); its cells were found by their checks"]
    notes += [f"the cell {name} is missing; it was put back" for name in put_back]
    notes += [f"the cell {name} is missing" for name, cell in known.items() if not is_check(cell) and name not in found]
    changed = [cell for cell in notebook.cells if is_check(cell) and cell.source != known[name_of(cell)].source]
    return notes + [f"the cell {name_of(cell)} was changed; it was graded with the original" for cell in changed]


def forget_copies(notebook, known):
    """Take the metadata of nbgrader from all cells that it does not know, and from copies but the last; names these."""
    seen = set()
    for cell in reversed(notebook.cells):
        name = name_of(cell)
        if name in seen:
            yield f"the cell {name} was copied; the last one counts"
        if name in seen or name not in known:
            cell.metadata.pop("nbgrader", None)
        else:
            seen.add(name)


def put_in(notebook, check, known):
    """Put a check into the notebook, and let nbgrader know the answer before it."""
    exercise = exercise_of(check)
    calls = re.compile(rf"check\(\s*[\"']{re.escape(exercise)}[\"']")
    answer = f"answer-{exercise.replace('.', '-')}"
    cells = notebook.cells
    called = [place for place, cell in enumerate(cells) if cell.cell_type == "code" and calls.search(cell.source)]
    answered = [place for place, cell in enumerate(cells) if name_of(cell) == answer]
    place = (called or answered or [len(cells) - 1])[-1]
    cells.insert(place + 1, copy.deepcopy(check))
    if called and answer in known and not answered:
        own = place - bool(place) * is_only_a_check(cells[place].source)
        if cells[own].cell_type == "code" and not name_of(cells[own]):
            cells[own].metadata["nbgrader"] = copy.deepcopy(known[answer].metadata.nbgrader)


def is_only_a_check(source):
    """Whether a cell has nothing but the import of `check` and a call of it."""
    return (
        re.fullmatch(r"\s*(from course_lib\.workshop\.exercises import check\s+)?check\(.*\)\s*", source, re.S)
        is not None
    )
