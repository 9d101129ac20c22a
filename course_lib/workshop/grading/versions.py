"""Which edition of a sheet a copy was made from, and how a newer edition comes into the copy.

`course release` stores a digest of each cell in a student edition, and each copy takes the digests along. So they tell
later which cells the student has changed, and which cells a newer edition has changed.
"""

import copy
import re
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from nbformat import NotebookNode

from course_lib.workshop.grading.healing import name_of

STAMP = "course_sheet"  # the name of the digests in the metadata of a notebook
HEAD = re.compile(r"## (\d\d\.\d|[^\n·]*[^\n· ])")
AT_THE_TOP = "the beginning"


def stamp(notebook: NotebookNode) -> None:
    """Store a digest of each cell in the metadata of a student edition, in place."""
    notebook.metadata[STAMP] = {key_of(cell): digest(cell) for cell in notebook.cells}


def digests(notebook: NotebookNode) -> dict[str, str]:
    """Return the digests that a notebook had when it was released, or without a stamp, those that it has now."""
    return notebook.metadata.get(STAMP) or {key_of(cell): digest(cell) for cell in notebook.cells}


def key_of(cell: NotebookNode) -> str:
    """The name of a cell that is the same in all editions: nbgrader's name, or the cell's id."""
    return name_of(cell) or cell.get("id", "")  # notebooks of older formats have no ids


def digest(cell: NotebookNode) -> str:
    """A short digest of the text of a cell."""
    return sha256(cell.source.encode()).hexdigest()[:12]


def is_answer(cell: NotebookNode) -> bool:
    """Whether a student writes in this cell."""
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def sections(notebook: NotebookNode) -> Iterator[tuple[str, list[NotebookNode]]]:
    """Yield the parts of a sheet: the number of an exercise, or another heading, and its cells."""
    name, named = AT_THE_TOP, []
    for cell in notebook.cells:
        head = HEAD.match(cell.source) if cell.cell_type == "markdown" else None
        name = head[1] if head else name
        named.append((name, cell))
    for name, cells in groupby(named, key=lambda pair: pair[0]):
        yield name, [cell for _, cell in cells]


def changes(mine: NotebookNode, edition: NotebookNode) -> list[str]:
    """Say what has changed in the sheet since `mine` was copied from it; an empty list if nothing has.

    In a copy without a stamp, all cells but the answers are compared with the edition.
    """
    known, new, said = digests(mine), digests(edition), []
    for name, cells in sections(edition):
        changed = [cell for cell in cells if known.get(key_of(cell)) != new.get(key_of(cell))]
        if STAMP not in mine.metadata:
            changed = [cell for cell in changed if not is_answer(cell)]
        if not any(key_of(cell) in known for cell in cells):
            said.append(f"{name} is new")
        elif any(map(is_answer, changed)):
            said.append(f"{name} has changed, also the start of its answer, which `course reset {name}` brings")
        elif changed:
            said.append(f"{name} has changed")
    gone = known.keys() - {key_of(cell) for cell in edition.cells}
    numbers = sorted(key.removeprefix("answer-").replace("-", ".") for key in gone if key.startswith("answer-"))
    return said + [f"{number} is no longer in the sheet" for number in numbers]


def merged(mine: NotebookNode, edition: NotebookNode) -> NotebookNode:
    """Return `mine` with what is new in the edition. Whatever the student wrote is kept.

    A cell that only the edition has changed becomes the edition's. An answer that the student has changed stays as it
    is. If both have changed another cell, the edition's comes first, and the student's below it. Cells of the student's
    own stay behind the cell that they follow.
    """
    known, new, keys = mine.metadata.get(STAMP, {}), digests(edition), {key_of(cell) for cell in edition.cells}
    own = {key_of(cell): cell for cell in mine.cells if key_of(cell) in keys}  # of several copies the last counts
    behind, place = defaultdict(list), None
    for cell in mine.cells:
        if own.get(key_of(cell)) is cell:
            place = key_of(cell)
        elif known.get(key_of(cell)) != digest(cell):
            behind[place].append(cell)
    cells = [*behind[None]]
    for cell in edition.cells:
        key = key_of(cell)
        cells += [*chosen(own.get(key), cell, known.get(key), is_changed=known.get(key) != new.get(key)), *behind[key]]
    result = copy.deepcopy(NotebookNode(mine, cells=cells, nbformat_minor=edition.nbformat_minor))
    result.metadata[STAMP] = dict(new)
    name_each(result)
    return result


def chosen(mine: NotebookNode | None, theirs: NotebookNode, known: str | None, is_changed: bool) -> list[NotebookNode]:
    """Return what a cell of the edition becomes in a copy.

    Args:
        mine: the cell in the copy, or None if the student has removed it or it is new.
        theirs: the cell in the edition.
        known: the digest that it had when the copy was made.
        is_changed: whether the edition has changed it since.
    """
    if mine is None:
        return [theirs] if is_changed else []
    if mine.source == theirs.source:
        return [NotebookNode(mine, metadata=theirs.metadata)]
    if known == digest(mine):
        return [theirs]
    if is_answer(theirs) or not is_changed:
        return [mine]
    return [theirs, NotebookNode(mine, metadata={})]


def name_each(notebook: NotebookNode) -> None:
    """Give a new id, in place, to each cell that has none or the id of another cell."""
    from nbformat.v4 import new_raw_cell

    seen = set()
    for cell in notebook.cells:
        if cell.get("id") in {None, *seen}:
            cell.id = new_raw_cell().id
        seen.add(cell.id)
