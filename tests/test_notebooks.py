"""Notebooks as files: what is stored differs as little as possible from what another machine's JupyterLab saves."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib.errors import CourseError
from course_lib.workshop.notebooks import read_notebook, tidy, write_notebook
from tests.disks import each_full_disk
from tests.notebooks.lesson import REPOSITORY, lesson_at

STORED = sorted((REPOSITORY / "notebooks").glob("*.ipynb")) + sorted(
    (REPOSITORY / "notebooks" / "exercises").glob("*/[0-9]*/*.ipynb")
)


def run_notebook():
    """A small notebook as nbconvert stores it: what was printed comes in pieces."""
    outputs = [new_output("stream", name=name, text=text) for name, text in [("stdout", "1\n"), ("stdout", "2\n")]]
    cell = new_code_cell("print(1)\nprint(2)", outputs=[*outputs, new_output("stream", name="stderr", text="3")])
    return new_notebook(cells=[cell], metadata={"language_info": {"name": "python", "version": "3.11.7"}})


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_stored_notebook_is_tidy(path):
    notebook = lesson_at(path).notebook
    assert "version" not in notebook.metadata.language_info
    streams = [[output.get("name") for output in cell.get("outputs", [])] for cell in notebook.cells]
    assert [names for names in streams if any(a and a == b for a, b in zip(names, names[1:], strict=False))] == []


def test_neighboring_outputs_of_a_stream_are_joined_and_the_version_of_python_is_left_out():
    notebook, _ = tidy(run_notebook())
    assert [output.text for output in notebook.cells[0].outputs] == ["1\n2\n", "3"]
    assert notebook.metadata.language_info == {"name": "python"}


def test_make_refresh_stores_a_tidy_notebook(tmp_path):
    source = "import sys\nprint(1)\nsys.stdout.flush()\nprint(2)"
    write_notebook(new_notebook(cells=[new_code_cell(source)]), tmp_path / "lesson.ipynb")
    command = ["make", "--silent", "--old-file=setup", "refresh", f"NOTEBOOK={tmp_path / 'lesson.ipynb'}"]
    subprocess.run([*command, f"python={sys.executable}"], cwd=REPOSITORY, check=True, capture_output=True)
    notebook = nbformat.read(tmp_path / "lesson.ipynb", as_version=4)
    assert [output.text for output in notebook.cells[0].outputs] == ["1\n2\n"]
    assert "version" not in notebook.metadata.language_info


@each_full_disk
def test_a_full_disk_leaves_the_notebook_as_it_was(full_disk, tmp_path):
    path = tmp_path / "lesson.ipynb"
    path.write_text("before")
    with full_disk(), pytest.raises(CourseError, match="the previous version is unchanged"):
        write_notebook(run_notebook(), path)
    assert path.read_text() == "before"


@pytest.mark.parametrize("content", ["{}", "[]", "7", '{"cells": 5}', "<<<<", ""])
def test_a_file_that_is_no_notebook_is_named(content, tmp_path):
    (tmp_path / "x.ipynb").write_text(content)
    with pytest.raises(CourseError, match=r"x\.ipynb is not a notebook"):
        read_notebook(tmp_path / "x.ipynb")
