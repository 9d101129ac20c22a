"""How long a lesson takes, by a count that treats all lessons alike.

A minute for 100 words, for 10 lines of code, for 2 figures and for each *Predict*; and one for all runs together. Lists
of exercises and references are not counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    from nbformat import NotebookNode

NOT_READ = re.compile(r"#+ (Exercises|References)\b")
PREDICT = re.compile(r"\*predict\b", re.IGNORECASE)  # *Predict*, *Predict.*, *Predict before you run it*
RUNS = 1.0


@dataclass(frozen=True)
class Effort:
    """What there is to read, to look at and to think about."""

    words: int
    lines: int
    figures: int
    predictions: int

    @property
    def minutes(self) -> float:
        """How long that takes."""
        return RUNS + self.words / 100 + self.lines / 10 + self.figures / 2 + self.predictions


def effort(cells: Sequence["NotebookNode"]) -> Effort:
    """What the cells of a lesson ask for; of the whole lesson, or of those on its lecture path."""
    prose = [read(cell.source) for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code"]
    return Effort(
        words=sum(len(text.split()) for text in prose),
        lines=sum(bool(line.strip()) for cell in code for line in cell.source.splitlines()),
        figures=sum("image/png" in output.get("data", {}) for cell in code for output in cell.outputs),
        predictions=sum(len(PREDICT.findall(text)) for text in prose),
    )


def read(prose: str) -> str:
    """The text of a cell, but for lists of exercises and references."""
    sections = re.split(r"^(?=#+ )", prose, flags=re.MULTILINE)
    return "".join(section for section in sections if not NOT_READ.match(section))
