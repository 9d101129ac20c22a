"""The path that a lecture takes through a lesson: which of its cells are projected.

It follows from the headings: the sections in `AT_HOME`, with all that stands below them, are for students. Exceptions
stand in a cell's metadata, as JupyterLab's own tools write them: `"slideshow": {"slide_type": "skip"}` for a cell that
is not shown, "notes" for one that only the lecturer sees, anything else ("slide", "subslide", "fragment") for one that
is shown though its section is not.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    from nbformat import NotebookNode

AT_HOME = re.compile(r"(Check|Exercises|References|Setup|You will be able)\b")
HEADING = re.compile(r"^(#+) +(.*?) *$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def lecture_path(cells: Sequence["NotebookNode"]) -> list[bool]:
    """For each cell of a lesson whether a lecture shows it."""
    shown, home = [], None  # the level of the heading below which all is at home
    for cell in cells:
        for level, title in headings(cell):
            if home is None or level <= home:
                home = level if AT_HOME.match(title) else None
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        shown.append(home is None if kind in (None, "-") else kind not in ("skip", "notes"))
    return shown


def headings(cell: "NotebookNode") -> Iterator[tuple[int, str]]:
    """The headings of a cell: their level, 1 to 6, and their words."""
    if cell.cell_type == "markdown":
        for marks, title in HEADING.findall(CODE.sub("", cell.source)):
            yield len(marks), title
