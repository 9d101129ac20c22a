"""Notebooks that can be opened alone, where nothing of the course is: in Google Colab, or by whoever got one by mail.

Their first cell finds the course, or fetches and installs it from the address of its repository.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.files import read_text
from course_lib.workshop.present.repository import github_name

FIRST_CELL = Path(__file__).parent / "first_cell.py"
BRANCH = "gh-pages"  # where the workflow puts the site


def opened_alone(notebook: NotebookNode, address: str) -> str:
    """The text of the notebook with a first cell that brings the course along."""
    cell = new_code_cell(read_text(FIRST_CELL).replace("ADDRESS-OF-THE-COURSE", address).strip(), id="the-course")
    return nbformat.writes(NotebookNode(notebook, cells=[cell, *notebook.cells]))


def services(address: str, file: str) -> dict[str, str]:
    """What opens a file of the site in a rented machine: names and addresses. None where the address isn't GitHub's."""
    name = github_name(address)
    if not name:
        return {}
    return {
        "Open in Colab": f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/{file}",
        "Open in Codespaces": f"https://codespaces.new/{name}?quickstart=1",
    }
