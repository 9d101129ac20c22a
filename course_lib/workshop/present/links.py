"""Where the links of a deck lead: to JupyterLab on the lecturer's machine, or to the pages of a site."""

from collections.abc import Callable
from dataclasses import dataclass

LAB = "http://localhost:8888/lab/tree"  # where `make lab` serves the repository


@dataclass(frozen=True)
class Links:
    """What a deck links to.

    Args:
        file: returns the address of a file of the repository, given its path; "" if there is none.
        label: the words of the link from each slide to the lesson.
        cell: the end of that link, which finds the slide's cell in the lesson; `{}` is the id of the cell.
    """

    file: Callable[[str], str]
    label: str
    cell: str = ""

    def lesson(self, stem: str) -> str:
        """Return the address of a slide's cell in the lesson with this name, with `{}` for the id of the cell."""
        return self.file(f"notebooks/{stem}.ipynb") + self.cell


IN_LAB = Links(lambda path: f"{LAB}/{path}", "cell in JupyterLab", "#cell-id={}")
