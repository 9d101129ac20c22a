"""From a lesson to the steps of its lecture: one cell each, in the order in which a room sees them.

A heading begins a slide. Each block of prose is a step, each cell of code, and each of its outputs, so that a question
stands alone until the lecturer goes on: *Predict* and *On paper* need no mark of their own. What a lecture skips
becomes notes for the lecturer. The kind of a step stands in the metadata of its cell: "heading", "prose", "predict",
"code", "output" or "notes".
"""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from course_lib.workshop.present.pace import PREDICT, seconds
from course_lib.workshop.present.path import HEADING, lecture_path

if TYPE_CHECKING:  # slow to import
    from nbformat import NotebookNode

QUESTION = re.compile(rf"{PREDICT.pattern}|\*on paper\b", re.IGNORECASE)
FENCE = re.compile(r"```|\$\$")
ITEM = re.compile(r" *([-*+]|\d+\.) ")


def lecture_steps(cells: Sequence["NotebookNode"]) -> list["NotebookNode"]:
    """The steps of a lesson. Each says of itself its kind, the id of its cell, and the seconds that it takes."""
    steps, cells = [], [part for cell in cells for part in at_heading(cell)]
    for cell, shown in zip(cells, lecture_path(cells), strict=True):
        steps += parts_of(cell) if shown else [step(cell, "notes", cell.source)]
    for place, one in enumerate(steps):
        one.id = f"step-{place}"
    return steps


def at_heading(cell: "NotebookNode") -> list["NotebookNode"]:
    """The cell, cut in two where prose stands before its first heading: that belongs to the section above."""
    texts = blocks(cell.source) if cell.cell_type == "markdown" else []
    cut = next((place for place, text in enumerate(texts) if HEADING.match(text)), 0)
    if not cut:
        return [cell]
    return [type(cell)(cell, source="\n\n".join(part)) for part in (texts[:cut], texts[cut:])]


def parts_of(cell: "NotebookNode") -> Iterator["NotebookNode"]:
    """The steps of one cell that is shown."""
    if cell.cell_type == "code":
        yield step(cell, "code", cell.source, outputs=[])
        whole, _ = CoalesceStreamsPreprocessor().preprocess_cell(copy.deepcopy(cell), {}, 0)
        for output in whole.outputs:  # what was printed in one go may be stored in pieces
            yield step(cell, "output", "", outputs=[output])
    else:
        for block in blocks(cell.source):
            if heading := HEADING.match(block):
                yield step(cell, "heading", block, level=len(heading[1]))
            else:
                yield step(cell, "predict" if QUESTION.search(block) else "prose", block)


def step(cell: "NotebookNode", kind: str, source: str, **more: object) -> "NotebookNode":
    """A cell of its own; `more` is its outputs, or the level of its heading."""
    made = type(cell)(cell, source=source, metadata=type(cell)())
    if "outputs" in more:
        made.outputs = more.pop("outputs")
    pace = 0 if kind == "notes" else seconds(made)
    made.metadata.step = type(cell)(kind=kind, cell=cell.id, seconds=pace, **more)
    return made


def blocks(prose: str) -> list[str]:
    """The blocks of a text: headings, paragraphs, formulas, tables. A list is one; what follows a colon is no block of
    its own.
    """
    found, last = [], ""
    for block in paragraphs(prose):
        goes_on = last.endswith(":") or ITEM.match(last) and (ITEM.match(block) or block.startswith(" "))
        if goes_on and not HEADING.match(block) and not HEADING.match(last):
            found[-1] += "\n\n" + block
        else:
            found.append(block)
        last = block
    return found


def paragraphs(prose: str) -> Iterator[str]:
    """What blank lines and headings divide, but for those within code and formulas."""
    lines, fenced = [], False
    for line in [*prose.splitlines(), ""]:
        is_heading = not fenced and HEADING.match(line)
        if lines and (is_heading or not line.strip()) and not fenced:
            yield "\n".join(lines)
            lines = []
        fenced ^= len(FENCE.findall(line)) % 2 == 1
        if is_heading:
            yield line
        elif line.strip() or fenced:
            lines.append(line)
