"""Notebooks that can be opened alone, where nothing of the course is: in Google Colab, or by whoever got one by mail.

Their first cell finds the course, or fetches and installs it from the address of its repository, the one setting of
the site: `repository` in the section `tool.course` of pyproject.toml.
"""

import re
import tomllib
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.files import read_text
from course_lib.runtime import REPOSITORY

FIRST_CELL = Path(__file__).parent / "first_cell.py"
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
BRANCH = "gh-pages"  # where the workflow puts the site


def repository_address() -> str:
    """Where the course can be cloned from, as pyproject.toml says; "" where nobody has said it yet."""
    return tomllib.loads(read_text(REPOSITORY / "pyproject.toml"))["tool"]["course"]["repository"]


def opened_alone(notebook: NotebookNode, address: str) -> str:
    """The text of the notebook with a first cell that brings the course along."""
    cell = new_code_cell(read_text(FIRST_CELL).replace("ADDRESS-OF-THE-COURSE", address).strip(), id="the-course")
    return nbformat.writes(NotebookNode(notebook, cells=[cell, *notebook.cells]))


def services(address: str, file: str) -> dict[str, str]:
    """What opens a file of the site in a rented machine: names and addresses. None where the address isn't GitHub's."""
    found = GITHUB.fullmatch(address)
    if not found:
        return {}
    return {
        "Open in Colab": f"https://colab.research.google.com/github/{found[1]}/blob/{BRANCH}/{file}",
        "Open in Codespaces": f"https://codespaces.new/{found[1]}?quickstart=1",
    }
