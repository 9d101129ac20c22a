"""How long a lecturer stays at a step, a guess for the clock of the speaker view."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    from nbformat import NotebookNode

PREDICT = re.compile(r"\*predict\b", re.IGNORECASE)  # *Predict*, *Predict.*, *Predict before you run it*


def seconds(step: "NotebookNode") -> int:
    """Return a minute for 100 words, for 10 lines of code, for 2 figures, and for each *Predict*."""
    if step.cell_type == "markdown":
        return round(0.6 * len(step.source.split()) + 60 * len(PREDICT.findall(step.source)))
    lines = sum(bool(line.strip()) for line in step.source.splitlines())
    figures = sum("image/png" in output.get("data", {}) for output in step.outputs)
    return 6 * lines + 30 * figures
