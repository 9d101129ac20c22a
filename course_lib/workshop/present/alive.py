"""Where a lesson is alive: the page of a model that it names, and the part of that page."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:  # slow to import
    from nbformat import NotebookNode

NAMED = re.compile(r"`course explain (\w+)`(?:[^\n]*part “([^”]+)”)?")


def named_model(notebook: "NotebookNode") -> str:
    """The model whose live page a lesson names; "" where it names none."""
    found = named_page(notebook)
    return found[1] if found else ""


def live_address(notebook: "NotebookNode", folder: str) -> str:
    """Where the page that a lesson names lies in a folder of live pages, open at its part; "" where it names none."""
    found = named_page(notebook)
    if not found:
        return ""
    part = f"#{quote(found[2])}" if found[2] else ""
    return f"{folder}/{found[1]}.html{part}"


def named_page(notebook: "NotebookNode") -> re.Match[str] | None:
    """The first command in the prose that writes a live page, and the part that is named behind it."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return NAMED.search(prose)
