"""Copies of the student editions for a lecturer's own class: with fewer hints, in a folder of the lecturer's."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from course_lib.errors import CourseError

FOLDED = re.compile(r"\n*<details><summary>.+?</details>", re.S)  # a hint, a plan, a pseudo-code, or an answer
SAYS_SO = " The hints are folded away; open one at a time."


def hand_out(editions: Sequence[Path], out: Path, hints: int | None = None) -> Iterator[Path]:
    """Copy student editions to OUT/NN_topic/NN_topic.ipynb, and leave out hints.

    Args:
        editions: the student editions.
        out: a folder of the lecturer's.
        hints: how many of the three hints to an exercise stay, the first ones; what stands behind them, such as the
            answer to a question without a check, goes. Default: everything stays.

    Yields:
        The paths of the copies.

    Raises:
        CourseError: a copy is there already.
    """
    import nbformat

    targets = [out / edition.stem / edition.name for edition in editions]
    if there := [target for target in targets if target.exists()]:
        raise CourseError(f"{there[0]} must not exist yet: choose another folder, or delete it")
    for edition, target in zip(editions, targets, strict=True):
        notebook = nbformat.read(edition, as_version=4)
        if hints is not None:
            leave_out(notebook, hints)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        yield target


def leave_out(notebook, hints):
    """Remove what is folded away in each prose cell of a notebook, but for the first `hints`."""
    for cell in notebook.cells:
        for folded in FOLDED.findall(cell.source)[hints:]:
            cell.source = cell.source.replace(folded, "")
    if not hints:
        notebook.cells[0].source = notebook.cells[0].source.replace(SAYS_SO, "")
