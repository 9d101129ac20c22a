"""A notebook that is opened alone finds the course, or fetches it; what opens it leads to the student's edition."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib.runtime import REPOSITORY
from course_lib.workshop.present.site.alone import opened_alone, services

ADDRESS = "https://github.com/someone/course.git"
RECORD = """
import subprocess
from pathlib import Path

def run(command, check):
    print(*command)
    if command[0] == "git":
        made = Path(command[-1], "course_lib")
        made.mkdir(parents=True)
        (made / "__init__.py").touch()
subprocess.run = run
"""


def run_first_cell(folder, address):
    """Run the first cell in `folder` by a Python that has no course, and only prints the commands."""
    code = f"{RECORD}\n{first_cell(address)}\nimport course_lib\nprint(course_lib.__file__)"
    command = [sys.executable, "-I", "-S", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def first_cell(address):
    return alone(address).cells[0].source


def alone(address):
    """A small lesson as it is opened alone."""
    return nbformat.reads(opened_alone(new_notebook(cells=[new_markdown_cell("# A lesson")]), address), as_version=4)


def test_the_course_is_found_in_a_folder_above(tmp_path):
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib" / "__init__.py").touch()
    (tmp_path / "notebooks").mkdir()
    run = run_first_cell(tmp_path / "notebooks", ADDRESS)
    *ran, found = run.stdout.splitlines()
    assert [command.split()[1:] for command in ran] == [
        ["-m", "pip", "install", "--quiet", "--editable", str(tmp_path)]
    ]
    assert found == str(tmp_path / "course_lib" / "__init__.py")


def test_the_course_is_fetched_and_installed_where_it_is_not_at_hand(tmp_path):
    *ran, found = run_first_cell(tmp_path, ADDRESS).stdout.splitlines()
    assert ran[0] == f"git clone --depth=1 {ADDRESS} {tmp_path / 'course'}"
    assert ran[1].endswith(f"-m pip install --quiet --editable {tmp_path / 'course'}")
    assert found == str(tmp_path / "course" / "course_lib" / "__init__.py")
    *again, found = run_first_cell(tmp_path, ADDRESS).stdout.splitlines()
    assert len(again) == 1 and "git clone" not in again[0]


def test_without_an_address_a_notebook_alone_says_where_it_belongs(tmp_path):
    assert "put this notebook into the folder `notebooks` of the course" in run_first_cell(tmp_path, "").stderr


def test_a_course_that_is_installed_is_left_alone(tmp_path):
    code = f"import subprocess, sys\nsubprocess.run = None\nsys.path.append({str(REPOSITORY)!r})\n{first_cell(ADDRESS)}"
    subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, check=True)


def test_a_notebook_to_open_alone_is_a_valid_notebook():
    nbformat.validate(alone(ADDRESS))
    assert len(alone(ADDRESS).cells) == 2


@pytest.mark.parametrize(
    "address", ["https://github.com/some-one/the.course", "https://github.com/some-one/the.course.git"]
)
def test_buttons_open_the_file_that_they_are_asked_for(address):
    found = services(address, "alone/exercises/05_x.ipynb")
    assert found["Open in Colab"].endswith("github/some-one/the.course/blob/gh-pages/alone/exercises/05_x.ipynb")
    assert found["Open in Codespaces"] == "https://codespaces.new/some-one/the.course?quickstart=1"


@pytest.mark.parametrize("address", ["", "https://gitlab.com/someone/course", "git@github.com:someone/course"])
def test_there_are_no_buttons_without_an_address_at_github(address):
    assert services(address, "alone/05_x.ipynb") == {}
